namespace ForwardSecretProxy.Rotation;

/// <summary>
/// Keeps two commands from changing the key or the chain of one certificate at once, so that a key that is destroyed is
/// not the one that somebody just went back to. It is a lock on a file beside the chain, which ends with its process and
/// is taken away with it.
/// </summary>
internal sealed class RotationLock : IDisposable
{
    private readonly FileStream _file;

    private RotationLock(string chain, FileStream file)
    {
        Chain = chain;
        _file = file;
    }

    /// <summary>The chain's file, which is whoever holds this one's to change.</summary>
    public string Chain { get; }

    /// <summary>Takes it; nobody is waited for.</summary>
    /// <exception cref="RotationException">Another command has it.</exception>
    /// <exception cref="UnauthorizedAccessException">The chain's directory may not be written.</exception>
    public static RotationLock Take(string chain)
    {
        var path = Path.Combine(Path.GetDirectoryName(chain)!, $".{Path.GetFileName(chain)}.lock");
        try
        {
            return new RotationLock(chain, new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
                Options = FileOptions.DeleteOnClose,
            }));
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new RotationException($"another fsp works on the key or the chain of {chain} just now, or its directory cannot "
                + $"be written ({exception.Message.TrimEnd('.')}). Try again when that is done.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
