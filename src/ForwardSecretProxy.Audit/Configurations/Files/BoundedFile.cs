namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>Reads a file that anything may stand behind: in bounded time, and no more than is allowed.</summary>
internal static class BoundedFile
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The whole file.</summary>
    /// <exception cref="IOException">
    /// It is not there, is no regular file, is too large, or does not come; the message is for people.
    /// </exception>
    public static byte[] Read(string path, int limit)
    {
        // Opening a named pipe waits for its writer, and nothing portable tells a pipe from a file before.
        var reading = Task.Run(() => ReadAll(path, limit));
        try
        {
            return reading.WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            throw new IOException("it cannot be opened: is it a named pipe?");
        }
    }

    /// <summary>The permissions in octal, and whether others may read; null when they are not to be had.</summary>
    public static (string Mode, bool IsWorldReadable)? Permissions(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows()) return null;
            var mode = File.GetUnixFileMode(path);
            return (Convert.ToString((int)mode, 8).PadLeft(4, '0'), mode.HasFlag(UnixFileMode.OtherRead));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] ReadAll(string path, int limit)
    {
        try
        {
            if (Directory.Exists(path)) throw new IOException("it is a directory");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            if (!file.CanSeek) throw new IOException("it is not a regular file");
            if (file.Length > limit) throw TooLarge(limit);

            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (file.Read(buffer) is var read and > 0)
            {
                if (content.Length + read > limit) throw TooLarge(limit);
                content.Write(buffer.AsSpan(0, read));
            }
            return content.ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException("it does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new IOException("this user may not read it");
        }
        catch (ArgumentException)
        {
            throw new IOException("this is not a path");
        }
    }

    private static IOException TooLarge(int limit) => new($"it is larger than {limit / 1024} KB");
}
