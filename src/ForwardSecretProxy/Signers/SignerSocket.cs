using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signers;

/// <summary>
/// A signer's socket. What admits a process is who it runs as, which the kernel tells; the rights on the file only keep
/// away those who could never be admitted.
/// </summary>
internal static class SignerSocket
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Binds it; a file that an ended signer left behind is removed.</summary>
    /// <exception cref="IOException">The path is taken or cannot be used.</exception>
    public static PacketService Listen(
        SignerAddress address, IPacketDesk desk, int threads, SignerPeers peers, Action<PeerCredentials> onRefused)
    {
        if (!address.IsAbstract) SocketFile.RemoveStale(address.Name, "Signer");
        try
        {
            var service = new PacketService(address, desk, threads, peers.Admits, onRefused);
            if (!address.IsAbstract && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(address.Name, peers.Users is [var only] && only == PeerCredentials.Own.User
                    ? UnixFileMode.UserRead | UnixFileMode.UserWrite
                    : Everybody);
            }

            return service;
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw new IOException($"Signer: the socket {address} cannot be opened: {exception.Message}. Its folder must exist, "
                + "and the signer's user be able to write in it.", exception);
        }
    }
}
