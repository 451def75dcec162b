using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using static ForwardSecretProxy.Tests.Audit.Checks.TestCertificates;
using AuditVersion = ForwardSecretProxy.Audit.Registry.TlsVersion;

namespace ForwardSecretProxy.Tests.Audit.Checks;

/// <summary>Observations of well-known servers, as a scan sees them.</summary>
internal static class Endpoints
{
    public static readonly CheckLimits Limits = new() { Roots = [Root] };

    private static readonly string[] Suites13 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

    /// <summary>A server about which nothing was learnt.</summary>
    public static EndpointObservation Unknown { get; } = new() { Host = "example.org", Port = 443, Address = "192.0.2.1", At = Now };

    /// <summary>fsp as it is by default, on a libssl without ML-KEM.</summary>
    public static EndpointObservation Fsp { get; } = Unknown with
    {
        ServerName = "example.org",
        Versions = Versions(
            (AuditVersion.Tls12, ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"]),
            (AuditVersion.Tls13, Suites13)),
        Groups = Groups("x25519", "secp256r1", "secp384r1"),
        SignatureSchemes =
        [
            new(AuditVersion.Tls12, [SignatureSchemes.Find("ecdsa_secp256r1_sha256")!]),
            new(AuditVersion.Tls13, [SignatureSchemes.Find("ecdsa_secp256r1_sha256")!]),
        ],
        KeyShares = Shares("x25519", "secp256r1", "secp384r1"),
        Certificates = [Chain(Issue())],
        HandshakeSignatures = [new(AuditVersion.Tls12, "ecdsa_secp256r1_sha256", 20, 0), new(AuditVersion.Tls13, "ecdsa_secp256r1_sha256", 20, 0)],
        Tls12Tickets = new() { Issued = Answer.No },
        SessionIds = new() { Assigned = Answer.No, Resumes = Answer.No },
        Tls13Resumption = new()
        {
            Issued = Answer.Yes,
            ResumesWithKeyExchange = Answer.Yes,
            ResumesWithoutKeyExchange = Answer.No,
            ResumesTwice = Answer.No,
            AcceptsEarlyData = Answer.No,
            Samples = [.. Enumerable.Range(0, 4).Select(index => Ticket(index, $"{index:X32}", 7200))],
        },
        Features = new()
        {
            SecureRenegotiation = Answer.Yes,
            ClientRenegotiation = Answer.No,
            Compression = Answer.No,
            ExtendedMasterSecret = Answer.Yes,
            EncryptThenMac = Answer.No,
            DowngradeSentinel = Answer.Yes,
            FallbackScsv = Answer.No,
            Heartbeat = Answer.No,
        },
        ApplicationProtocols = ["h2", "http/1.1"],
        Http = new(200, "max-age=63072000"),
    };

    /// <summary>nginx with Mozilla's intermediate configuration 5.7: DHE on ffdhe2048, no tickets, a shared cache of a day.</summary>
    public static EndpointObservation NginxIntermediate { get; } = Fsp with
    {
        Versions = Versions(
            (AuditVersion.Tls12,
            [
                "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305",
                "DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-CHACHA20-POLY1305",
            ]),
            (AuditVersion.Tls13, Suites13)),
        DhParameters = [new(2048, DhPrimes.Ffdhe2048, "2", false)],
        KeyShares = [.. Shares("x25519", "secp256r1", "secp384r1"), new(AuditVersion.Tls12, "DHE-2048", 16)],
        Certificates = [Chain(Issue(key: System.Security.Cryptography.RSA.Create(2048)))],
        SessionIds = new() { Assigned = Answer.Yes, Resumes = Answer.Yes, HonouredSeconds = 3 },
        Tls13Resumption = Fsp.Tls13Resumption with { ResumesTwice = Answer.Yes },
    };

    /// <summary>A large content delivery network: hybrid key exchange, CBC at the end, tickets with keys that it replaces.</summary>
    public static EndpointObservation Cdn { get; } = Fsp with
    {
        Versions = Versions(
            (AuditVersion.Tls12,
            [
                "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA",
            ]),
            (AuditVersion.Tls13, Suites13)),
        Groups =
        [
            new(AuditVersion.Tls12, GroupsOf("x25519", "secp256r1"), Answer.Yes),
            new(AuditVersion.Tls13, GroupsOf("X25519MLKEM768", "x25519", "secp256r1"), Answer.Yes),
        ],
        KeyShares =
        [
            new(AuditVersion.Tls12, "x25519", 16), new(AuditVersion.Tls12, "secp256r1", 16),
            new(AuditVersion.Tls13, "X25519MLKEM768", 16), new(AuditVersion.Tls13, "x25519", 16), new(AuditVersion.Tls13, "secp256r1", 16),
        ],
        Certificates = [Chain(Issue(extensions: [PublicPolicy, Extension("1.3.6.1.4.1.11129.2.4.2", "0402AABB")]))],
        Tls12Tickets = new()
        {
            Issued = Answer.Yes,
            Resumes = Answer.Yes,
            ResumesTwice = Answer.Yes,
            Samples = [.. Enumerable.Range(0, 8).Select(index => Ticket(index, "000102030405060708090A0B0C0D0E0F", 64800))],
        },
        Tls13Resumption = Fsp.Tls13Resumption with
        {
            ResumesTwice = Answer.Yes,
            Samples = [.. Enumerable.Range(0, 8).Select(index => Ticket(index, "000102030405060708090A0B0C0D0E0F", 64800))],
        },
    };

    /// <summary>The same with RSA key transport at the end of its list, for clients that have nothing better.</summary>
    public static EndpointObservation CdnForOldClients { get; } = With(Cdn, AuditVersion.Tls12, "AES128-GCM-SHA256", "AES128-SHA");

    public static TicketSample Ticket(double seconds, string prefix, uint hint) => new(Now.AddSeconds(seconds), prefix, 208, hint);

    public static IReadOnlyList<NamedGroup> GroupsOf(params string[] names) => [.. names.Select(name => NamedGroups.Find(name)!)];

    /// <summary>The observation with more suites at the end of a version's list.</summary>
    public static EndpointObservation With(EndpointObservation seen, AuditVersion version, params string[] suites) => seen with
    {
        Versions = [.. seen.Versions.Select(one => one.Version != version ? one : one with
        {
            Supported = Answer.Yes,
            ServerPreference = Answer.Yes,
            Suites = [.. one.Suites, .. SuitesOf(suites)],
        })],
    };

    /// <summary>The observation with nothing but these suites in a version.</summary>
    public static EndpointObservation WithOnly(EndpointObservation seen, AuditVersion version, params string[] suites) => seen with
    {
        Versions = [.. seen.Versions.Select(one => one.Version != version ? one
            : one with { Supported = suites.Length > 0 ? Answer.Yes : Answer.No, Suites = SuitesOf(suites), ServerPreference = Answer.Yes })],
    };

    private static IReadOnlyList<CipherSuite> SuitesOf(IEnumerable<string> names) =>
        [.. names.Select(name => CipherSuites.Find(name) ?? throw new ArgumentException(name))];

    private static List<VersionObservation> Versions(params (AuditVersion Version, string[] Suites)[] spoken) =>
    [
        .. TlsVersions.All.Select(version => spoken.FirstOrDefault(one => one.Version == version).Suites is { } suites
            ? new VersionObservation(version, Answer.Yes) { Suites = SuitesOf(suites), ServerPreference = Answer.Yes }
            : new VersionObservation(version, Answer.No)),
    ];

    private static List<GroupObservation> Groups(params string[] names) =>
        [new(AuditVersion.Tls12, GroupsOf(names), Answer.Yes), new(AuditVersion.Tls13, GroupsOf(names), Answer.Yes)];

    private static List<KeyShareObservation> Shares(params string[] names) =>
        [.. names.SelectMany(name => new[] { new KeyShareObservation(AuditVersion.Tls12, name, 16), new KeyShareObservation(AuditVersion.Tls13, name, 16) })];
}
