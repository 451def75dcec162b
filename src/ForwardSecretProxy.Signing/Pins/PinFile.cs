using System.Security.Cryptography;

namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN in a file that nobody but its owner can read. One line end after it is not part of it.
/// </summary>
public sealed class PinFile(string path) : PinSource
{
    /// <summary>The file's path.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public override string Description => $"the file {Path}";

    /// <inheritdoc/>
    public override Pin Read() => Read(Path, ownerOnly: true);

    internal static Pin Read(string path, bool ownerOnly)
    {
        // One more than a PIN with its line end can have: a longer file is found out without reading it all.
        Span<byte> content = stackalloc byte[Pin.MaxLength + 3];
        try
        {
            var length = ReadContent(path, ownerOnly, content);
            return Pin.Copy(WithoutLineEnd(content[..length]));
        }
        catch (TokenException exception)
        {
            throw new TokenException($"The PIN file {path} cannot be used: {exception.Message}");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static int ReadContent(string path, bool ownerOnly, Span<byte> content)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            if (ownerOnly && !OwnerOnly.Holds(handle))
            {
                throw new TokenException("others than its owner can read or write it. Change that with: chmod 600 "
                    + path);
            }

            var length = 0;
            int read;
            while (length < content.Length
                && (read = RandomAccess.Read(handle, content[length..], length)) > 0)
                length += read;
            return length;
        }
        catch (FileNotFoundException)
        {
            throw new TokenException("it does not exist.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or NotSupportedException)
        {
            throw new TokenException(exception.Message);
        }
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> content) =>
        content.EndsWith("\r\n"u8) ? content[..^2]
        : content.EndsWith("\n"u8) ? content[..^1]
        : content;
}
