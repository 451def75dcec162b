using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Reports;

/// <summary>Reports made by hand, with something in every place.</summary>
internal static class SampleReports
{
    /// <summary>What a hostile server might call itself: markup of every format at once, and a terminal sequence.</summary>
    public const string Hostile = "<script>alert(1)</script>\"'&]]> `x` | **b** @octocat [a](javascript:x) \u001b[31m\u202e{{style}}\n# heading";

    /// <summary>When they were made.</summary>
    public static readonly DateTimeOffset At = new(2026, 11, 26, 7, 30, 0, TimeSpan.Zero);

    private static readonly string Certificate = MakeCertificate("CN=www.example.org");
    private static readonly string NewCertificate = MakeCertificate("CN=new.example.org");

    private static readonly CheckDescription StaticKeyExchange = new(
        "static-key-exchange", "Static key exchange",
        "Who gets the certificate's key later can read every session that was recorded.",
        ["RFC 9325 section 4.1"],
        new Dictionary<string, string> { ["nginx"] = "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;", ["fsp"] = "nothing: it has none" });

    private static readonly CheckDescription KeyReuse = new(
        "ephemeral-key-reuse", "Ephemeral keys used again",
        "A key that is kept for many sessions opens all of them.", ["RFC 8446 section 4.2.8"],
        new Dictionary<string, string> { ["nginx"] = "SSL_OP_SINGLE_ECDH_USE is on since OpenSSL 1.1.0: update it" });

    private static readonly CheckDescription Tickets = new(
        "tls12-tickets", "Session tickets of TLS 1.2", "The session's secret travels in them.", ["RFC 5077"],
        new Dictionary<string, string> { ["nginx"] = "ssl_session_tickets off;" });

    private static readonly CheckDescription Renegotiation = new(
        "renegotiation", "Renegotiation", "", ["RFC 5746"], new Dictionary<string, string>());

    private static readonly CheckDescription Heartbeat = new(
        "heartbeat", "Heartbeat", "", ["RFC 6520"], new Dictionary<string, string>());

    /// <summary>A server with everything wrong.</summary>
    public static AuditReport Bad() => Report(new AuditedSubject("old.example.org:443", SubjectKind.Endpoint)
    {
        Verdict = new Verdict("F", PastSessions.Open, "Past sessions are readable with the server's long-term secrets."),
        Findings =
        [
            new Finding(StaticKeyExchange.Id, FindingLevel.Failure, "The server takes 1 suite with static key exchange, and prefers it.")
            {
                PastSessions = PastSessions.Open, Evidence = ["TLS 1.2: TLS_RSA_WITH_AES_128_GCM_SHA256"],
            },
            new Finding(KeyReuse.Id, FindingLevel.Failure, "The server's key shares came more than once.")
            {
                PastSessions = PastSessions.Open, Evidence = ["TLS 1.2, secp256r1: 04a1b2 came 12 times in 3.2 s"],
            },
            new Finding(Tickets.Id, FindingLevel.Warning, "Tickets are issued; how long their key lives cannot be seen in one scan.")
            {
                PastSessions = PastSessions.MayBeOpen,
            },
            new Finding(Renegotiation.Id, FindingLevel.Unexamined, "The server closed before it could be asked."),
            new Finding(Heartbeat.Id, FindingLevel.Pass, "Not answered."),
        ],
        Endpoint = BadServer(),
    });

    /// <summary>The same server, mended.</summary>
    public static AuditReport Good() => Report(new AuditedSubject("old.example.org:443", SubjectKind.Endpoint)
    {
        Verdict = new Verdict("A", PastSessions.Closed, "Past sessions are not readable with the server's long-term secrets."),
        Findings =
        [
            new Finding(StaticKeyExchange.Id, FindingLevel.Pass, "None."),
            new Finding(KeyReuse.Id, FindingLevel.Pass, "All differ."),
            new Finding(Tickets.Id, FindingLevel.Pass, "None."),
            new Finding(Renegotiation.Id, FindingLevel.Note, "Not possible."),
            new Finding(Heartbeat.Id, FindingLevel.Pass, "Not answered."),
        ],
        Endpoint = GoodServer(),
    }) with { At = At.AddDays(1) };

    /// <summary>A configuration with a finding at a line, one for the file, and a file that could not be read.</summary>
    public static AuditReport Configuration() => Report(
        new AuditedSubject("/etc/nginx/nginx.conf", SubjectKind.Configuration)
        {
            Verdict = new Verdict("C", PastSessions.MayBeOpen, "Past sessions may be readable."),
            Findings =
            [
                new Finding(Tickets.Id, FindingLevel.Failure, "The ticket key is in a file that is 40 days old.")
                {
                    PastSessions = PastSessions.MayBeOpen, Location = new SourceLocation("/etc/nginx/conf.d/a b.conf", 12),
                },
                new Finding(StaticKeyExchange.Id, FindingLevel.Warning, "No suites are set.")
                {
                    Location = new SourceLocation("conf/site.conf", 0),
                },
            ],
            Configuration = new ConfigurationObservation("nginx"),
        },
        new AuditedSubject("/etc/nginx/missing.conf", SubjectKind.Configuration) { Error = "there is no such file" });

    /// <summary>Strings of a hostile server wherever a report has strings.</summary>
    public static AuditReport OfHostileServer()
    {
        var finding = new Finding(Hostile, FindingLevel.Failure, Hostile)
        {
            Evidence = [Hostile], Location = new SourceLocation(Hostile, 3),
        };
        var seen = BadServer() with
        {
            Host = Hostile, ServerName = Hostile + "2", StartTls = Hostile, Address = Hostile + "3", Gaps = [Hostile],
            Versions = [.. BadServer().Versions, new VersionObservation(TlsVersion.Tls12, Answer.Yes) { UnknownSuites = [Hostile], Ssl2Suites = [Hostile] }],
            KeyShares = [new KeyShareObservation(TlsVersion.Tls12, Hostile, 16) { Repeated = [new RepeatedKeyShare(Hostile, 2, 1)] }],
        };
        var subject = new AuditedSubject(Hostile, SubjectKind.Endpoint)
        {
            Verdict = new Verdict(Hostile, PastSessions.Open, Hostile), Endpoint = seen,
            Findings = [finding, finding with { Level = FindingLevel.Warning }, finding with { Level = FindingLevel.Pass }],
        };
        return Report(subject, new AuditedSubject(Hostile, SubjectKind.Endpoint) { Error = Hostile }) with
        {
            Tool = Hostile,
            Policy = Hostile,
            Checks = [new CheckDescription(Hostile, Hostile, Hostile, [Hostile], new Dictionary<string, string> { [Hostile] = Hostile })],
            Changes = new BaselineComparison(At, [new BaselineChange(Hostile, true, Hostile)]),
        };
    }

    /// <summary>A report of some subjects.</summary>
    public static AuditReport Report(params AuditedSubject[] subjects) => new()
    {
        Tool = "fsp 0.1.0", At = At, Subjects = subjects, Checks = [StaticKeyExchange, KeyReuse, Tickets, Renegotiation, Heartbeat],
    };

    private static EndpointObservation BadServer() => new()
    {
        Host = "old.example.org", Port = 443, Address = "192.0.2.1", ServerName = "old.example.org", At = At, Seconds = 4.25, Connections = 312,
        Versions =
        [
            Version(TlsVersion.Ssl2, Answer.No), Version(TlsVersion.Ssl3, Answer.No),
            Version(TlsVersion.Tls10, Answer.Yes, "TLS_RSA_WITH_AES_128_CBC_SHA"), Version(TlsVersion.Tls11, Answer.Unknown),
            Version(TlsVersion.Tls12, Answer.Yes,
                "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"),
            Version(TlsVersion.Tls13, Answer.No),
        ],
        Groups = [new GroupObservation(TlsVersion.Tls12, [Group("secp256r1")], Answer.Unknown)],
        SignatureSchemes = [new SignatureSchemeObservation(TlsVersion.Tls12, [SignatureSchemes.Find("rsa_pkcs1_sha256")!])],
        DhParameters = [new DhParametersObservation(2048, "ff", "02", IsExport: false)],
        KeyShares =
        [
            new KeyShareObservation(TlsVersion.Tls12, "secp256r1", 16) { Repeated = [new RepeatedKeyShare("04a1b2", 12, 3.2)] },
        ],
        Certificates = [new CertificateChainObservation { Chain = [Certificate], ServerNames = ["", "old.example.org"], IsForTarget = true }],
        HandshakeSignatures = [new HandshakeSignatureObservation(TlsVersion.Tls12, "rsa_pkcs1_sha256", 16, 0)],
        Tls12Tickets = new Tls12TicketObservation
        {
            Issued = Answer.Yes, Resumes = Answer.Yes, ResumesTwice = Answer.Yes,
            Samples = [new TicketSample(At, "00112233445566778899aabbccddeeff", 192, 7200)],
        },
        SessionIds = new SessionIdObservation { Assigned = Answer.Yes, Resumes = Answer.Yes, HonouredSeconds = 3.5 },
        ApplicationProtocols = ["http/1.1"],
        Http = new HttpObservation(200, null),
        Gaps = ["TLS 1.1: the server closed before it answered."],
    };

    private static EndpointObservation GoodServer() => BadServer() with
    {
        Versions =
        [
            Version(TlsVersion.Ssl2, Answer.No), Version(TlsVersion.Ssl3, Answer.No),
            Version(TlsVersion.Tls10, Answer.No), Version(TlsVersion.Tls11, Answer.No),
            Version(TlsVersion.Tls12, Answer.Yes, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
            Version(TlsVersion.Tls13, Answer.Yes, "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"),
        ],
        Groups =
        [
            new GroupObservation(TlsVersion.Tls12, [Group("x25519"), Group("secp256r1")], Answer.Yes),
            new GroupObservation(TlsVersion.Tls13, [Group("X25519MLKEM768"), Group("x25519"), Group("secp256r1")], Answer.Yes),
        ],
        KeyShares =
        [
            new KeyShareObservation(TlsVersion.Tls12, "x25519", 16), new KeyShareObservation(TlsVersion.Tls13, "X25519MLKEM768", 16),
            new KeyShareObservation(TlsVersion.Tls13, "x25519", 16),
        ],
        Certificates = [new CertificateChainObservation { Chain = [NewCertificate], IsForTarget = true }],
        Tls12Tickets = new Tls12TicketObservation { Issued = Answer.No },
        Gaps = [],
    };

    private static VersionObservation Version(TlsVersion version, Answer supported, params string[] suites) =>
        new(version, supported) { Suites = [.. suites.Select(name => CipherSuites.Find(name)!)] };

    private static NamedGroup Group(string name) => NamedGroups.All.Single(group => group.Name == name);

    private static string MakeCertificate(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(At, At.AddDays(90));
        return Convert.ToBase64String(certificate.RawData);
    }
}
