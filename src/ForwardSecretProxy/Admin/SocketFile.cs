using System.Net.Sockets;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// The file of a Unix socket: one that a killed process left behind is in the way, and its mode decides who may connect.
/// </summary>
internal static class SocketFile
{
    /// <summary>Removes the socket's file when nobody answers there.</summary>
    /// <exception cref="IOException">Somebody does, or it is no socket.</exception>
    /// <param name="path">Its path.</param>
    /// <param name="key">The configuration's key that names it.</param>
    public static void RemoveStale(string path, string key)
    {
        if (!Path.Exists(path))
            return;
        if (Answers(path))
            throw new IOException($"{key}: {path} is in use by another program.");
        // Never something else's file, whatever was written in the configuration.
        if (!IsSocket(path))
            throw new IOException($"{key}: {path} is there already and is no socket. Choose another path.");
        File.Delete(path);
    }

    /// <summary>Only its owner and its group may connect.</summary>
    public static void Restrict(UnixDomainSocketEndPoint address)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(address.ToString()!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    // A socket refuses to be connected to by one of another type.
    private static bool Answers(string path) => Answers(path, SocketType.Stream) || Answers(path, SocketType.Seqpacket);

    private static bool Answers(string path, SocketType type)
    {
        using var socket = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // .NET does not tell what kind of file it is; the kernel does: a socket cannot be opened (open(2), ENXIO).
    private static bool IsSocket(string path)
    {
        const int noSuchDevice = 6;
        try
        {
            File.OpenHandle(path).Dispose();
            return false;
        }
        catch (IOException exception)
        {
            return exception.HResult == noSuchDevice;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
