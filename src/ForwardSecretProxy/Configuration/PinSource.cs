namespace ForwardSecretProxy.Configuration;

/// <summary>Where a token's PIN comes from: never the configuration file itself.</summary>
internal abstract record PinSource
{
    /// <summary><c>PinFile</c>: a file that only its owner can read; a line end after the PIN is ignored.</summary>
    public sealed record FromFile(string Path) : PinSource;

    /// <summary><c>PinEnvironment</c>: the name of an environment variable.</summary>
    public sealed record FromEnvironment(string Variable) : PinSource;

    /// <summary><c>PinCredential</c>: the name of a systemd credential in <c>$CREDENTIALS_DIRECTORY</c>.</summary>
    public sealed record FromCredential(string CredentialName) : PinSource;

    /// <summary><c>PinPrompt</c>: asked for at the terminal, without echo.</summary>
    public sealed record FromPrompt : PinSource;
}
