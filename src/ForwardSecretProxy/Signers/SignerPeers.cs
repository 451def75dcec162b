using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signers;

/// <summary>Who may have a signer sign.</summary>
/// <param name="Users">Their numbers.</param>
/// <param name="Process">The only process that may; null for every one of the users'.</param>
internal sealed record SignerPeers(IReadOnlyList<uint> Users, int? Process)
{
    private const string Accounts = "/etc/passwd";

    /// <summary>Whether a peer may ask.</summary>
    public bool Admits(PeerCredentials peer) => Users.Contains(peer.User) && (Process is not { } only || only == peer.Process);

    /// <summary>Of the users' names or numbers; the signer's own user when there are none.</summary>
    /// <exception cref="CommandFailedException">One is not known.</exception>
    public static SignerPeers Of(IReadOnlyList<string> clients) => new(
        clients.Count == 0 ? [PeerCredentials.Own.User] : [.. clients.Select(Number)], null);

    private static uint Number(string client)
    {
        if (uint.TryParse(client, out var number)) return number;
        var account = File.ReadLines(Accounts).Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == client);
        return account is { Length: > 2 } && uint.TryParse(account[2], out number)
            ? number
            : throw new CommandFailedException(
                $"SignerClients: there is no user \"{client}\" in {Accounts}. Write the name or, for one that is kept elsewhere, the "
                + $"number that `id -u {client}` prints", ExitCode.Usage);
    }
}
