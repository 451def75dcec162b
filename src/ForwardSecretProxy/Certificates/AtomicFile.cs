using System.Security.Cryptography;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// Replaces a file as a whole: whoever opens it, at any moment and after any crash, sees all of the old content or all
/// of the new.
/// </summary>
internal static class AtomicFile
{
    /// <summary>What is appended to the name of the content that was replaced, one generation of it.</summary>
    public const string PreviousSuffix = ".previous";

    // A certificate is public, and the proxy's account is mostly not the one that installs it.
    private const UnixFileMode WorldReadable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Writes <paramref name="content"/> to <paramref name="path"/>, mode 0644, keeping what was there as
    /// <c>.previous</c>. A symbolic link stays, and what it points at is replaced.
    /// </summary>
    /// <returns>False when the file already held just that, and nothing was touched.</returns>
    /// <exception cref="IOException">The directory is missing or full; the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; the file is as it was.</exception>
    public static bool Replace(string path, ReadOnlySpan<byte> content)
    {
        var target = Resolve(path);
        if (File.Exists(target))
        {
            var old = File.ReadAllBytes(target);
            if (content.SequenceEqual(old))
                return false;

            Write(target + PreviousSuffix, old, WorldReadable);
        }

        Write(target, content, WorldReadable);
        return true;
    }

    /// <summary>Writes <paramref name="content"/> the same way without keeping what was there.</summary>
    /// <inheritdoc cref="Replace" path="/exception"/>
    public static void Overwrite(string path, ReadOnlySpan<byte> content) => Write(Resolve(path), content, WorldReadable);

    /// <summary>Writes <paramref name="content"/> to <paramref name="path"/>, and keeps nothing of what was there.</summary>
    /// <param name="path">A file; a symbolic link is replaced.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Who may read it, from the first byte on.</param>
    /// <exception cref="IOException">The directory is missing or full; the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; the file is as it was.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var target = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("A rename replaces a file atomically on Unix only.");

        // Beside the target, since a rename is atomic only within a file system; hidden, so that no wildcard finds it.
        var suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{suffix}.tmp");
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = mode,
            };
            using (var file = new FileStream(temporary, options))
            {
                file.Write(content);
                // The umask may have taken some of the mode away.
                File.SetUnixFileMode(file.SafeFileHandle, mode);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string Resolve(string path) => new FileInfo(path).LinkTarget is null
        ? Path.GetFullPath(path)
        : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
