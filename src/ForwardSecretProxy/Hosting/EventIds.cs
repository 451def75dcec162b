namespace ForwardSecretProxy.Hosting;

/// <summary>
/// The numbers of log events. Each area has a range of its own, and a number is never given a second meaning, so that
/// a rule written for one event holds for ever.
/// <list type="table">
/// <item><term>1000 - 1099</term><description>start and stop (<c>Hosting</c>)</description></item>
/// <item><term>1100 - 1119</term><description>configuration and what it points at</description></item>
/// <item><term>1120 - 1139</term><description>certificates by ACME (<c>Acme</c>)</description></item>
/// <item><term>1200 - 1299</term><description>requests that are logged (<c>Logging</c>)</description></item>
/// <item><term>2000 - 2099</term><description>tokens and signing</description></item>
/// <item><term>3000 - 3099</term><description>listeners and TLS handshakes</description></item>
/// <item><term>3100 - 3149</term><description>client certificates</description></item>
/// <item><term>3200 - 3299</term><description>relays of mail and TCP</description></item>
/// <item><term>4000 - 4099</term><description>routing</description></item>
/// <item><term>4100 - 4199</term><description>requests that are refused (<c>Requests</c>)</description></item>
/// <item><term>5000 - 5099</term><description>the admin listener</description></item>
/// </list>
/// </summary>
internal static class EventIds
{
    /// <summary>Which program starts, with which libssl.</summary>
    public const int Starting = 1000;

    /// <summary>All listeners answer.</summary>
    public const int Started = 1001;

    /// <summary>A stop was asked for; requests in progress go on for a while.</summary>
    public const int Stopping = 1002;

    /// <summary>Everything is closed.</summary>
    public const int Stopped = 1003;

    /// <summary>A listener is bound.</summary>
    public const int Listening = 1004;

    /// <summary>A new state of the configuration is served.</summary>
    public const int Reloaded = 1005;

    /// <summary>A new state was wrong; the one before is served on.</summary>
    public const int ReloadRefused = 1006;

    /// <summary>The time for requests in progress has passed, or a second signal came; what is left is closed.</summary>
    public const int DrainCut = 1007;

    /// <summary>A reload failed in a way that it should not; the state before is served on.</summary>
    public const int ReloadBroke = 1008;

    /// <summary>What keeps secrets in this process and the process in its bounds.</summary>
    public const int Hardened = 1010;

    /// <summary>Something of that which is not in force.</summary>
    public const int NotHardened = 1011;

    /// <summary>Files and system calls are not restricted, because a token's module is loaded in this process.</summary>
    public const int SandboxOff = 1012;

    /// <summary>A problem that does not keep the proxy from starting.</summary>
    public const int ConfigurationWarning = 1100;

    /// <summary>A certificate and its key passed every check.</summary>
    public const int CertificateReady = 1101;

    /// <summary>The process may not open as many files as the connections it is to have would take.</summary>
    public const int FewDescriptors = 1102;

    /// <summary>What is wrong with a state that is not served.</summary>
    public const int ConfigurationError = 1103;

    /// <summary>A certificate is served with another key than before.</summary>
    public const int KeyChanged = 1110;

    /// <summary>An authority was shown the answer to its tls-alpn-01 challenge.</summary>
    public const int AlpnChallengeAnswered = 1120;

    /// <summary>A new certificate came by ACME and is in its place.</summary>
    public const int CertificateRenewed = 1121;

    /// <summary>A certificate could not be renewed; the one before is in its place.</summary>
    public const int RenewalFailed = 1122;

    /// <summary>When a certificate will be renewed.</summary>
    public const int RenewalPlanned = 1123;

    /// <summary>A certificate is not renewed by itself, because of a PIN.</summary>
    public const int RenewalHalted = 1124;

    /// <summary>A token cannot make signatures that clients could use.</summary>
    public const int SchemesLacking = 2000;

    /// <summary>A call into a token's module takes longer than it may.</summary>
    public const int CallExpired = 2010;

    /// <summary>It came back after all.</summary>
    public const int CallReturned = 2011;

    /// <summary>A signature did not verify, and was not used.</summary>
    public const int WrongSignature = 2012;

    /// <summary>A token cannot be used; it is tried again by itself.</summary>
    public const int TokenUnavailable = 2020;

    /// <summary>It can again.</summary>
    public const int TokenBack = 2021;

    /// <summary>Handshakes were refused because the token would have signed too late.</summary>
    public const int TokenBusy = 2022;

    /// <summary>A certificate's spare stands in for the key before it.</summary>
    public const int KeyFailedOver = 2030;

    /// <summary>A certificate's better key is in use again.</summary>
    public const int KeyFailedBack = 2031;

    /// <summary>A token does not sign, and another one could stand in for it.</summary>
    public const int KeyFails = 2032;

    /// <summary>It signs again.</summary>
    public const int KeyIsBack = 2033;

    /// <summary>The token of a certificate's key is there, and was not before.</summary>
    public const int KeyAppeared = 2034;

    /// <summary>A signer process runs.</summary>
    public const int WorkerStarted = 2040;

    /// <summary>A signer process ended that should not have; it is started again.</summary>
    public const int WorkerEnded = 2041;

    /// <summary>A token refused its PIN; it is not tried again by itself.</summary>
    public const int SignerPinRefused = 2042;

    /// <summary>A signer process cannot find or open its token.</summary>
    public const int SignerHasNoToken = 2043;

    /// <summary>A process asked a signer that may not.</summary>
    public const int PeerRefused = 2044;

    /// <summary>A signer that runs by itself is up.</summary>
    public const int SignerListening = 2045;

    /// <summary>A signer's configuration was read again and is wrong.</summary>
    public const int SignerReloadRefused = 2046;

    /// <summary>A signer process has found its token again.</summary>
    public const int SignerHasTokenAgain = 2047;

    /// <summary>The signer that belongs to the proxy has ended; the proxy stops.</summary>
    public const int SignerEnded = 2048;

    /// <summary>A listener asks clients for certificates.</summary>
    public const int ClientCertificates = 3100;

    /// <summary>A relay's backend cannot be reached.</summary>
    public const int RelayBackendFailed = 3200;

    /// <summary>It can again, says its health check.</summary>
    public const int RelayBackendBack = 3201;

    /// <summary>Something in the clear stood behind a STARTTLS command.</summary>
    public const int StartTlsInjected = 3202;

    /// <summary>A service did not answer a request as it should.</summary>
    public const int BackendFailed = 4000;

    /// <summary>A request ended early because its client went away or sent what cannot be passed on.</summary>
    public const int ClientFailed = 4001;

    /// <summary>The admin listener is bound.</summary>
    public const int AdminListening = 5000;

    /// <summary>Clients should not be sent here now.</summary>
    public const int NotReady = 5001;

    /// <summary>They should again.</summary>
    public const int ReadyAgain = 5002;
}
