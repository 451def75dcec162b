using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing.Keys;
using TlsVersion = ForwardSecretProxy.Audit.Registry.TlsVersion;

namespace ForwardSecretProxy.Auditing;

/// <summary>What each listener of ours would offer, in the words of the audit.</summary>
internal static class OwnServices
{
    /// <summary>The listeners with TLS.</summary>
    /// <param name="file">The configuration's file.</param>
    /// <param name="options">What it says.</param>
    /// <param name="server">What comes of it; null when it cannot be served.</param>
    public static ConfigurationObservation Observe(string file, ProxyOptions options, PreparedServer? server)
    {
        var location = new SourceLocation(file, 0);
        return new ConfigurationObservation("fsp")
        {
            At = DateTimeOffset.UtcNow,
            Files = [file, .. options.Files.Distinct()],
            Services = [.. options.Listeners.Where(listener => listener.Redirect is null)
                .Select(listener => Observe(listener, options, server, location))],
        };
    }

    /// <summary>How a listener is called.</summary>
    public static string NameOf(ListenerOptions listener) => $"{listener.Name} ({listener.ProtocolName}) on {listener.Address}";

    private static ServiceObservation Observe(
        ListenerOptions listener, ProxyOptions options, PreparedServer? server, SourceLocation location)
    {
        var policy = options.Tls;
        // What libssl has is known once the server is made.
        var groups = server?.Listeners.FirstOrDefault(prepared => prepared.Options.Name == listener.Name)?.Tls?.Groups ?? policy.Groups;
        var speaksTls12 = policy.MinimumVersion < OpenSsl.Engine.TlsVersion.Tls13;
        var fixedByPolicy = "there is no setting for it";
        return new ServiceObservation(NameOf(listener), location)
        {
            Versions = new(speaksTls12 ? [TlsVersion.Tls12, TlsVersion.Tls13] : [TlsVersion.Tls13], location),
            CipherString = new(string.Join(':', TlsPolicy.KnownTls12Suites), null, fixedByPolicy),
            Suites = new SuiteSelection
            {
                Older = speaksTls12 ? Suites(TlsPolicy.KnownTls12Suites) : [],
                Tls13 = Suites(TlsPolicy.KnownTls13Suites),
                ExpandedBy = "fsp's own list",
            },
            Groups = new(string.Join(':', groups), location),
            ServerPreference = new(Answer.Yes, null, fixedByPolicy),
            Tickets = Tickets(policy.Resumption, listener, location),
            SessionCache = new(new(SessionCacheKind.Off, null, "TLS 1.2 is never resumed"), new(null, null)),
            EarlyData = new(Answer.No, null, fixedByPolicy),
            Compression = new(Answer.No, null, fixedByPolicy),
            Renegotiation = new(Answer.No, null, fixedByPolicy),
            Keys = [.. options.Certificates.Where(certificate => listener.Certificates.Contains(certificate.Name))
                .Select(certificate => new KeyObservation(KeyName(certificate), KeyStorage.Pkcs11, location))],
        };
    }

    // What TLS 1.3 calls a ticket is here a reference to the proxy's memory: nothing is encrypted, so there is no key.
    private static TicketObservation Tickets(ResumptionPolicy resumption, ListenerOptions listener, SourceLocation location)
    {
        var resumes = resumption.Enabled && listener.ClientCertificates is null;
        return new(new(Answer.No, location), TicketKeyLife.OneConnection, resumes
            ? $"there are no ticket keys: TLS 1.3 clients come back by a reference to memory, "
                + $"each good once and for {resumption.Lifetime:c} at most"
            : "there are no ticket keys, and nothing is resumed");
    }

    private static string KeyName(CertificateOptions certificate) =>
        Pkcs11Uri.TryParse(certificate.Key, out var uri, out _) ? uri.ToString() : certificate.Name;

    private static List<CipherSuite> Suites(IEnumerable<string> names) => [.. names.Select(CipherSuites.Find).OfType<CipherSuite>()];
}
