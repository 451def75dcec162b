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
internal sealed record SignerChoice(SignerKind Kind, string? Path, IReadOnlyList<string> Clients);
