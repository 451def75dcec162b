using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ForwardSecretProxy.OpenSsl.Files;

/// <summary>
/// Reads what others have put into a folder: never by way of a symbolic link, which could lead to a file of our own, and
/// without waiting, as for the writer of a named pipe (open(2), O_NOFOLLOW and O_NONBLOCK). .NET can ask for neither.
/// </summary>
public static partial class RegularFile
{
    private const int O_NONBLOCK = 0x800;
    private const int O_CLOEXEC = 0x80000;

    private static readonly int O_NOFOLLOW = RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64
        ? 0x8000
        : 0x20000;

    /// <summary>
    /// Reads the file whole; null when it is not there, is a link, a folder, a pipe or a device, may not be read, is empty, or
    /// longer than <paramref name="maxLength"/> bytes.
    /// </summary>
    public static byte[]? TryRead(string path, int maxLength)
    {
        try
        {
            using var file = TryOpen(path);
            if (file is null) return null;
            var length = RandomAccess.GetLength(file);
            if (length == 0 || length > maxLength) return null;
            var content = new byte[length];
            return RandomAccess.Read(file, content, 0) == length ? content : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        var fd = open(path, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
