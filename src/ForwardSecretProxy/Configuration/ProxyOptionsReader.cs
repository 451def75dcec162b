using ForwardSecretProxy.Clients;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads a whole configuration: the one place that knows which sections there are.</summary>
internal static class ProxyOptionsReader
{
    // Kestrel looks once a second, and takes nothing below.
    private static readonly TimeSpan LeastRateGracePeriod = TimeSpan.FromSeconds(2);

    /// <summary>Reads <paramref name="configuration"/>; problems go to <paramref name="context"/>.</summary>
    public static ProxyOptions Read(IConfiguration configuration, ConfigurationContext context)
    {
        var root = new SectionReader(configuration, context);
        var tokens = root.Entries("Tokens").Select(TokenReader.Read).OfType<TokenEntry>().ToList();
        var signer = SignerReader.Read(root);
        var accounts = root.Entries("Acme").Select(AcmeReader.ReadAccount).ToList();
        var certificates = ReadCertificates(root, accounts, out var certificateNames);
        var proxies = root.TextList("TrustedProxies", [], "10.0.0.0/24");
        var trusted = TrustedProxies.Parse(proxies, (message, mend) => root.Report("TrustedProxies", message, mend));
        var options = new ProxyOptions
        {
            Tokens = tokens,
            Signer = signer,
            Certificates = certificates,
            Acme = accounts,
            Listeners = ReadListeners(root, certificateNames, trustsSomebody: proxies.Count > 0),
            Tls = TlsPolicyReader.Read(root.Section("Tls")),
            TrustedProxies = trusted,
            Limits = ReadLimits(root.Section("Limits")),
            Backends = [.. root.Entries("Backends").Select(BackendReader.Read)],
            Admin = AdminReader.Read(root),
            Hsts = HstsReader.Read(root.Section("Hsts")),
            MtaSts = MtaStsReader.Read(root),
            ReverseProxy = root.Foreign("ReverseProxy"),
            Logging = LoggingReader.Read(root.Section("Logging"), configuration.GetSection("Logging")),
        };
        RequireEntries(root, signer);
        AcmeReader.RequireFolders(root, options);
        new ReverseProxySchema(context).Check(options.ReverseProxy);
        root.RejectUnknownKeys();
        return options;
    }

    private static List<CertificateOptions> ReadCertificates(
        SectionReader root, IReadOnlyList<AcmeAccountOptions> accounts, out List<string> names)
    {
        var certificates = new List<CertificateOptions>();
        // A certificate with a mistake is still one that a listener may name: one mistake, one message.
        names = [];
        foreach (var entry in root.Entries("Certificates"))
        {
            names.Add(entry.Name);
            if (CertificateReader.Read(entry, accounts) is { } certificate)
                certificates.Add(certificate);
        }
        return certificates;
    }

    private static List<ListenerOptions> ReadListeners(
        SectionReader root, IReadOnlyList<string> certificates, bool trustsSomebody)
    {
        var listeners = new List<ListenerOptions>();
        foreach (var entry in root.Entries("Listeners"))
        {
            if (ListenerReader.Read(entry, certificates, trustsSomebody) is not { } listener)
                continue;

            if (listener.Address.Port != 0
                && listeners.Find(other => other.Address.Equals(listener.Address)) is { } same)
                entry.Report("Address", $"{listener.Address} is already the address of listener \"{same.Name}\"",
                    "Give one of them another port, or put both certificates into one listener.");
            listeners.Add(listener);
        }

        if (listeners.Count > 0 && listeners.TrueForAll(listener => listener.Redirect is not null))
        {
            root.Report("Listeners", "all of them only redirect, to where nobody listens",
                "Add one that serves, for example \"https\": { \"Address\": \"0.0.0.0:443\" }.");
        }
        return listeners;
    }

    private static LimitOptions ReadLimits(SectionReader limits)
    {
        var defaults = new LimitOptions();
        var (least, most) = (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        var read = new LimitOptions
        {
            MaxConnections = limits.Int32("MaxConnections", defaults.MaxConnections, 1, 10_000_000),
            MaxConnectionsPerClient = limits.OptionalInt32("MaxConnectionsPerClient", 0, 10_000_000),
            MaxHandshakesPerClientPerSecond = limits.OptionalInt32("MaxHandshakesPerClientPerSecond", 0, 1_000_000),
            MaxRequestBodyBytes = limits.Integer("MaxRequestBodyBytes", defaults.MaxRequestBodyBytes, 0, long.MaxValue),
            RequestHeadersTimeout = limits.Time("RequestHeadersTimeout", defaults.RequestHeadersTimeout, least, most),
            KeepAliveTimeout = limits.Time("KeepAliveTimeout", defaults.KeepAliveTimeout, least, most),
            DrainTimeout = limits.Time("DrainTimeout", defaults.DrainTimeout, TimeSpan.Zero, most),
            MaxRequestLineBytes = limits.Int32("MaxRequestLineBytes", defaults.MaxRequestLineBytes, 256, 512 * 1024),
            MaxRequestHeadersBytes = limits.Int32("MaxRequestHeadersBytes", defaults.MaxRequestHeadersBytes, 1024, 512 * 1024),
            MaxRequestHeaders = limits.Int32("MaxRequestHeaders", defaults.MaxRequestHeaders, 8, 2000),
            MinRequestBodyRate = limits.Int32("MinRequestBodyRate", defaults.MinRequestBodyRate, 0, 1_000_000_000),
            MinResponseRate = limits.Int32("MinResponseRate", defaults.MinResponseRate, 0, 1_000_000_000),
            RateGracePeriod = limits.Time("RateGracePeriod", defaults.RateGracePeriod, LeastRateGracePeriod, most),
            MaxStreamsPerConnection = limits.Int32("MaxStreamsPerConnection", defaults.MaxStreamsPerConnection, 1, 10_000),
            HeaderTableBytes = limits.Int32("HeaderTableBytes", defaults.HeaderTableBytes, 0, 64 * 1024),
            MaxFrameBytes = limits.Int32("MaxFrameBytes", defaults.MaxFrameBytes, 16 * 1024, 1024 * 1024),
        };
        limits.RejectUnknownKeys();
        return read;
    }

    private static void RequireEntries(SectionReader root, SignerChoice signer)
    {
        // Those of a signer that runs by itself are in its own configuration.
        if (signer.Kind != SignerKind.Socket)
            Require("Tokens", "no token is configured", "Add one; fsp token init makes one on SoftHSM.");
        Require("Certificates", "no certificate is configured", "Add one: its chain's file and its key's URI.");
        Require("Listeners", "no listener is configured",
            "Add one, for example \"https\": { \"Address\": \"0.0.0.0:443\" }.");

        void Require(string section, string message, string mend)
        {
            if (!root.Has(section))
                root.Report(section, message, mend);
        }
    }
}
