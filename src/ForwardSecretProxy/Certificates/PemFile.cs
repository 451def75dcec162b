using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Certificates;

/// <summary>A small text file, read whole.</summary>
internal static class PemFile
{
    /// <summary>Bytes of a file: a whole system's bundle of authorities has some 250 KB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Its content, for the caller to clear where it is a secret; null when <paramref name="ownerOnly"/> and others than its owner can read or write it.</summary>
    /// <exception cref="IOException">It cannot be read or is too large; the message continues "FILE ...".</exception>
    public static char[]? Read(string path, bool ownerOnly)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return ownerOnly && !OwnerOnly.Holds(handle) ? null : Read(handle);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException("does not exist", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException($"cannot be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static char[] Read(Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        if (length > MaxBytes)
            throw new IOException($"is larger than {MaxBytes / 1024} KiB");

        var content = new byte[length];
        try
        {
            var read = 0;
            while (read < content.Length && RandomAccess.Read(handle, content.AsSpan(read), read) is > 0 and var more)
                read += more;
            return Encoding.ASCII.GetChars(content, 0, read);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
