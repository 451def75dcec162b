namespace ForwardSecretProxy.Configuration;

/// <summary>Where PKCS#11 modules are loaded and PINs known.</summary>
internal enum SignerKind
{
    /// <summary>In processes that <c>fsp serve</c> starts, one for each token: the default.</summary>
    Isolated,

    /// <summary>In the serving process itself.</summary>
    InProcess,

    /// <summary>In an <c>fsp signer</c> that runs by itself.</summary>
    Socket,
}

/// <summary>
/// <c>Signer</c>: <c>isolated</c>, <c>in-process</c>, or <c>unix:PATH</c>, the socket of an <c>fsp signer</c> that runs by
/// itself, as a user of its own. Default <c>isolated</c>: a module that crashes or hangs then takes nothing with it, and
/// the process that strangers talk to holds neither PIN nor key. Example: <c>"unix:/run/fsp/signer.sock"</c>.
/// </summary>
/// <param name="Kind">Which.</param>
/// <param name="Path">The socket's path; null but for <see cref="SignerKind.Socket"/>.</param>
/// <param name="Clients">
/// <c>SignerClients</c>: the users, by name or number, whose processes may have an <c>fsp signer</c> sign. Default: only
/// its own. Example: <c>[ "fsp" ]</c>.
/// </param>
internal sealed record SignerChoice(SignerKind Kind, string? Path, IReadOnlyList<string> Clients)
{
    private const string SocketPrefix = "unix:";

    /// <summary>Reads both keys.</summary>
    public static SignerChoice Read(SectionReader root)
    {
        var clients = root.TextList("SignerClients", [], "fsp");
        var text = root.Text("Signer", "isolated", "isolated or in-process or unix:PATH")!;
        if (text.StartsWith(SocketPrefix, StringComparison.OrdinalIgnoreCase) && text.Length > SocketPrefix.Length)
            return new SignerChoice(SignerKind.Socket, root.ResolvePath(text[SocketPrefix.Length..]), clients);
        switch (text.ToLowerInvariant())
        {
            case "isolated":
                return new SignerChoice(SignerKind.Isolated, null, clients);
            case "in-process":
                return new SignerChoice(SignerKind.InProcess, null, clients);
            default:
                root.Report("Signer", $"\"{text}\" is not known",
                    "Write isolated (the default), in-process, or unix: and the path of the socket of an fsp signer.");
                return new SignerChoice(SignerKind.Isolated, null, clients);
        }
    }
}
