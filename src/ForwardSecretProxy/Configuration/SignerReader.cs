namespace ForwardSecretProxy.Configuration;

/// <summary>Reads <c>Signer</c> and <c>SignerClients</c>.</summary>
internal static class SignerReader
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
