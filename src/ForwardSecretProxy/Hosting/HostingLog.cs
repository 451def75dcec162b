namespace ForwardSecretProxy.Hosting;

/// <summary>What is said at start and stop. Nothing here names a client, a request, a PIN or a key's URI.</summary>
internal static partial class HostingLog
{
    /// <summary>The first line.</summary>
    [LoggerMessage(EventIds.Starting, LogLevel.Information, "Forward Secret Proxy {Version} with {OpenSsl}.")]
    public static partial void Starting(ILogger logger, string version, string openSsl);

    /// <summary>What was read back.</summary>
    [LoggerMessage(EventIds.Hardened, LogLevel.Information, "Hardening in force: {Measures}.")]
    public static partial void Hardened(ILogger logger, string measures);

    /// <summary>What was read back, and was not there.</summary>
    [LoggerMessage(EventIds.NotHardened, LogLevel.Warning, "Hardening not in force: {Measure}, because {Reason}. {Mend}")]
    public static partial void NotHardened(ILogger logger, string measure, string reason, string? mend);

    /// <summary>A choice of the configuration.</summary>
    [LoggerMessage(EventIds.SandboxOff, LogLevel.Information,
        "This process may use any file and system call, because it loads the PKCS#11 module, which may need any.")]
    public static partial void SandboxOff(ILogger logger);

    /// <summary>A problem that the start went past.</summary>
    [LoggerMessage(EventIds.ConfigurationWarning, LogLevel.Warning, "{Problem}")]
    public static partial void ConfigurationWarning(ILogger logger, string problem);

    /// <summary>A problem that a reload was refused for.</summary>
    [LoggerMessage(EventIds.ConfigurationError, LogLevel.Error, "{Problem}")]
    public static partial void ConfigurationError(ILogger logger, string problem);

    /// <summary>A reload that changed what is served.</summary>
    [LoggerMessage(EventIds.Reloaded, LogLevel.Information, "Reloaded in {Milliseconds} ms; open connections go on.")]
    public static partial void Reloaded(ILogger logger, long milliseconds);

    /// <summary>A reload that changed nothing.</summary>
    [LoggerMessage(EventIds.ReloadRefused, LogLevel.Error,
        "The new state is not served, because of what was just said. The one before goes on.")]
    public static partial void ReloadRefused(ILogger logger);

    /// <summary>A reload that failed in the proxy itself.</summary>
    [LoggerMessage(EventIds.ReloadBroke, LogLevel.Error, "A reload broke in the proxy. The state before it goes on.")]
    public static partial void ReloadBroke(ILogger logger, Exception exception);

    /// <summary>What is known of a certificate and its key.</summary>
    [LoggerMessage(EventIds.CertificateReady, LogLevel.Information,
        "Certificate {Certificate} for {Names}: {KeyAlgorithm} key on token {Token}, key gate passed.")]
    public static partial void CertificateReady(
        ILogger logger, string certificate, string names, string keyAlgorithm, string token);

    /// <summary>A reload changed the key of a certificate.</summary>
    [LoggerMessage(EventIds.KeyChanged, LogLevel.Information,
        "Certificate {Certificate} is served with another key than before, {Fingerprint} on token {Token}.")]
    public static partial void KeyChanged(ILogger logger, string certificate, string fingerprint, string token);

    /// <summary>Nothing can be signed any more.</summary>
    [LoggerMessage(EventIds.SignerEnded, LogLevel.Error,
        "The signer has ended, and no other can be started from here: the proxy stops, with exit code 3, to be started anew.")]
    public static partial void SignerEnded(ILogger logger);

    /// <summary>Clients are not offered what the token cannot make.</summary>
    [LoggerMessage(EventIds.SchemesLacking, LogLevel.Warning,
        "Token {Token} cannot make {Schemes} with the key of certificate {Certificate}; clients are not offered them.")]
    public static partial void SchemesLacking(ILogger logger, string token, string schemes, string certificate);

    /// <summary>A module that hangs.</summary>
    [LoggerMessage(EventIds.CallExpired, LogLevel.Error,
        "The module of token {Token} has not answered {Function} for {Seconds} s (Tokens:<name>:CallTimeout).")]
    public static partial void CallExpired(ILogger logger, string token, string function, double seconds);

    /// <summary>A module that hung, and goes on.</summary>
    [LoggerMessage(EventIds.CallReturned, LogLevel.Warning,
        "The module of token {Token} has answered {Function} after all.")]
    public static partial void CallReturned(ILogger logger, string token, string function);

    /// <summary>A wrong signature.</summary>
    [LoggerMessage(EventIds.WrongSignature, LogLevel.Error,
        "Token {Token} made a signature with {Key} that does not verify. Nobody got it.")]
    public static partial void WrongSignature(ILogger logger, string token, string key);

    /// <summary>A token that failed.</summary>
    [LoggerMessage(EventIds.TokenUnavailable, LogLevel.Error,
        "Token {Token} cannot be used; handshakes that need its signature fail at once until it is back. {Reason}")]
    public static partial void TokenUnavailable(ILogger logger, string token, string reason);

    /// <summary>A token that came back.</summary>
    [LoggerMessage(EventIds.TokenBack, LogLevel.Information, "Token {Token} can be used again.")]
    public static partial void TokenBack(ILogger logger, string token);

    /// <summary>A bound listener.</summary>
    [LoggerMessage(EventIds.Listening, LogLevel.Information, "Listener {Listener} answers at {Address}.")]
    public static partial void Listening(ILogger logger, string listener, string address);

    /// <summary>A listener with mutual TLS.</summary>
    [LoggerMessage(EventIds.ClientCertificates, LogLevel.Information,
        "Listener {Listener} asks clients for a certificate of a CA in {CaFile}; required: {Required}, revocation list: {CrlFile}.")]
    public static partial void ClientCertificates(
        ILogger logger, string listener, string caFile, bool required, string crlFile);

    /// <summary>All is up.</summary>
    [LoggerMessage(EventIds.Started, LogLevel.Information, "Started in {Milliseconds} ms; key exchange in {Groups}.")]
    public static partial void Started(ILogger logger, long milliseconds, string groups);

    /// <summary>Fewer connections than configured.</summary>
    [LoggerMessage(EventIds.FewDescriptors, LogLevel.Warning,
        "Limits:MaxConnections is {Configured}, but this process may not open that many files: {Effective} connections are "
        + "served at most. Raise its limit (LimitNOFILE= in a systemd unit, ulimit -n).")]
    public static partial void FewDescriptors(ILogger logger, int configured, int effective);

    /// <summary>A signal came.</summary>
    [LoggerMessage(EventIds.Stopping, LogLevel.Information,
        "Stopping: no new connections, up to {Seconds} s for requests in progress.")]
    public static partial void Stopping(ILogger logger, double seconds);

    /// <summary>Not everybody was done in time.</summary>
    [LoggerMessage(EventIds.DrainCut, LogLevel.Warning,
        "{Connections} connections are closed before they were done: Limits:DrainTimeout has passed, or a second signal came.")]
    public static partial void DrainCut(ILogger logger, int connections);

    /// <summary>The last line. A connection that is left over, and none that a client holds open, is a leak.</summary>
    [LoggerMessage(EventIds.Stopped, LogLevel.Information, "Stopped; {LiveConnections} TLS connections are left.")]
    public static partial void Stopped(ILogger logger, long liveConnections);
}
