using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using static ForwardSecretProxy.Tests.Audit.Checks.Endpoints;
using static ForwardSecretProxy.Tests.Audit.Checks.TestCertificates;
using AuditVersion = ForwardSecretProxy.Audit.Registry.TlsVersion;

namespace ForwardSecretProxy.Tests.Audit.Checks;

/// <summary>
/// Every check against a server with the weakness, without it, and one of which nothing is known. The weak one differs from
/// the good one in that weakness alone.
/// </summary>
public class EndpointChecksTests
{
    private static readonly IReadOnlyList<IEndpointCheck> All = EndpointChecks.Create(Limits);

    private static readonly Weakness[] Weaknesses =
    [
        // Static keys: at the end of the list, preferred, alone, only in an old version, and with no certificate at all.
        new("static-key-exchange", "RSA last", With(Fsp, AuditVersion.Tls12, "AES128-GCM-SHA256"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("static-key-exchange", "RSA preferred", WithOnly(Fsp, AuditVersion.Tls12, "AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"), FindingLevel.Failure, PastSessions.Open),
        new("static-key-exchange", "RSA alone", WithOnly(WithOnly(Fsp, AuditVersion.Tls13), AuditVersion.Tls12, "AES128-GCM-SHA256"), FindingLevel.Failure, PastSessions.Open),
        new("static-key-exchange", "RSA alone in TLS 1.0", WithOnly(Fsp, AuditVersion.Tls10, "AES128-SHA"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("static-key-exchange", "static ECDH", With(Fsp, AuditVersion.Tls12, "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("static-key-exchange", "shared key", With(Fsp, AuditVersion.Tls12, "TLS_PSK_WITH_AES_128_GCM_SHA256"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("static-key-exchange", "GOST", With(Fsp, AuditVersion.Tls12, "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("static-key-exchange", "Kerberos", With(Fsp, AuditVersion.Tls12, "TLS_KRB5_WITH_RC4_128_SHA"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("static-key-exchange", "a code of nobody's", Change(Fsp, AuditVersion.Tls12, one => one with { UnknownSuites = ["0xFEED"] }), FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("static-key-exchange", "suites not listed", Change(Fsp, AuditVersion.Tls12, one => one with { Suites = [] }), FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("anonymous-key-exchange", "anonymous", With(Fsp, AuditVersion.Tls12, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"), FindingLevel.Failure, PastSessions.Closed),

        // Key shares.
        new("ephemeral-key-reuse", "one share twice", Fsp with { KeyShares = [.. Fsp.KeyShares.Skip(1), Fsp.KeyShares[0] with { Repeated = [new("AB", 2, 1.5)] }] }, FindingLevel.Failure, PastSessions.Open),
        new("ephemeral-key-reuse", "too few samples", Fsp with { KeyShares = [.. Fsp.KeyShares.Skip(1), Fsp.KeyShares[0] with { Samples = 7 }] }, FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("ephemeral-key-reuse", "one group not compared", Fsp with { KeyShares = [.. Fsp.KeyShares.Skip(1)] }, FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("ephemeral-key-reuse", "DHE not compared", NginxIntermediate with { KeyShares = Fsp.KeyShares }, FindingLevel.Unexamined, PastSessions.MayBeOpen),

        // Parameters.
        new("dh-parameters", "768 bits", Fsp with { DhParameters = [new(768, DhPrimes.Oakley1, "2", false)] }, FindingLevel.Failure, PastSessions.MayBeOpen),
        new("dh-parameters", "1024 bits", Fsp with { DhParameters = [new(1024, DhPrimes.Oakley2, "2", false)] }, FindingLevel.Failure, PastSessions.MayBeOpen),
        new("dh-parameters", "1536 bits", Fsp with { DhParameters = [new(1536, DhPrimes.Group5, "2", false)] }, FindingLevel.Warning, PastSessions.Closed),
        new("dh-parameters", "subgroups", Fsp with { DhParameters = [new(2048, DhPrimes.Subgroups, "2", false)] }, FindingLevel.Warning, PastSessions.Closed),
        new("dh-parameters", "no prime", Fsp with { DhParameters = [new(2048, DhPrimes.Group14[..^1] + "d", "2", false)] }, FindingLevel.Failure, PastSessions.MayBeOpen),
        new("dh-parameters", "generator 1", Fsp with { DhParameters = [new(2048, DhPrimes.Group14, "1", false)] }, FindingLevel.Failure, PastSessions.Open),
        new("dh-parameters", "half a million bits", Fsp with { DhParameters = [new(524280, new string('F', 131070), "2", false)] }, FindingLevel.Note, PastSessions.Closed),
        new("dh-parameters", "not seen", NginxIntermediate with { DhParameters = [] }, FindingLevel.Unexamined, PastSessions.Closed),
        new("weak-groups", "secp160r1", Fsp with { Groups = [new(AuditVersion.Tls12, GroupsOf("x25519", "secp160r1"), Answer.Yes)] }, FindingLevel.Warning, PastSessions.Closed),
        new("post-quantum", "no hybrid", Fsp, FindingLevel.Note, PastSessions.Closed),

        // Tickets and sessions.
        new("tls12-tickets", "issued", Cdn, FindingLevel.Warning, PastSessions.MayBeOpen),
        new("tls12-tickets", "keys replaced in time", WithTickets(Rotating), FindingLevel.Warning, PastSessions.ClosedButRecent),
        new("ticket-key-lifetime", "a day and more", WithTickets([Ticket(0, "AA", 300), Ticket(90000, "AA", 300)]), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("ticket-key-lifetime", "a day and more without TLS 1.3", WithOnly(WithTickets([Ticket(0, "AA", 300), Ticket(90000, "AA", 300)]), AuditVersion.Tls13), FindingLevel.Failure, PastSessions.Open),
        new("ticket-key-lifetime", "seconds only", Cdn, FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("ticket-key-lifetime", "replaced in time", WithTickets(Rotating), FindingLevel.Note, PastSessions.ClosedButRecent),
        new("ticket-key-lifetime", "no names", WithTickets([Ticket(0, "AA", 300), Ticket(1, "BB", 300)]), FindingLevel.Unexamined, PastSessions.Closed),
        new("ticket-lifetime-hint", "two days", WithTickets([Ticket(0, "AA", 172800)]), FindingLevel.Warning, PastSessions.Closed),
        new("ticket-lifetime-hint", "eight days in TLS 1.3", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { Samples = [Ticket(0, "AA", 691200)] } }, FindingLevel.Warning, PastSessions.Closed),
        new("session-id-resumption", "for how long is not known", NginxIntermediate, FindingLevel.Warning, PastSessions.ClosedButRecent),
        new("session-id-resumption", "refused after an hour", Fsp with { SessionIds = new() { Resumes = Answer.Yes, HonouredSeconds = 3500, RefusedSeconds = 3700 } }, FindingLevel.Note, PastSessions.ClosedButRecent),
        new("session-id-resumption", "after two days", Fsp with { SessionIds = new() { Resumes = Answer.Yes, HonouredSeconds = 172800 } }, FindingLevel.Failure, PastSessions.ClosedButRecent),
        new("psk-without-key-exchange", "accepted", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { ResumesWithoutKeyExchange = Answer.Yes } }, FindingLevel.Failure, PastSessions.MayBeOpen),
        new("psk-without-key-exchange", "accepted under a key of two days", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { ResumesWithoutKeyExchange = Answer.Yes, Samples = [Ticket(0, "AA", 300), Ticket(172800, "AA", 300)] } }, FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("psk-without-key-exchange", "refused, tickets encrypted", Cdn, FindingLevel.Note, PastSessions.Closed),
        new("psk-without-key-exchange", "not learnt", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { ResumesWithoutKeyExchange = Answer.Unknown } }, FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("early-data", "accepted", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { AcceptsEarlyData = Answer.Yes, MaxEarlyData = 16384 } }, FindingLevel.Warning, PastSessions.MayBeOpen),
        new("early-data", "allowed by tickets", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { MaxEarlyData = 16384 } }, FindingLevel.Note, PastSessions.Closed),
        new("ticket-reuse", "accepted twice", Cdn, FindingLevel.Note, PastSessions.Closed),
        new("ticket-reuse", "accepted twice with early data", Fsp with { Tls13Resumption = Fsp.Tls13Resumption with { ResumesTwice = Answer.Yes, AcceptsEarlyData = Answer.Yes } }, FindingLevel.Warning, PastSessions.Closed),

        // Versions and ciphers.
        new("protocol-versions", "SSLv2", Change(Fsp, AuditVersion.Ssl2, one => one with { Supported = Answer.Yes, Ssl2Suites = ["SSL_CK_RC4_128_WITH_MD5"] }), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("protocol-versions", "SSLv3", WithOnly(Fsp, AuditVersion.Ssl3, "ECDHE-RSA-AES128-SHA"), FindingLevel.Failure, PastSessions.Closed),
        new("protocol-versions", "TLS 1.0", WithOnly(Fsp, AuditVersion.Tls10, "ECDHE-RSA-AES128-SHA"), FindingLevel.Warning, PastSessions.Closed),
        new("protocol-versions", "TLS 1.1", WithOnly(Fsp, AuditVersion.Tls11, "ECDHE-RSA-AES128-SHA"), FindingLevel.Warning, PastSessions.Closed),
        new("protocol-versions", "no TLS 1.3", WithOnly(Fsp, AuditVersion.Tls13), FindingLevel.Note, PastSessions.Closed),
        new("protocol-versions", "SSLv3 not tried", Change(Fsp, AuditVersion.Ssl3, one => one with { Supported = Answer.Unknown }), FindingLevel.Unexamined, PastSessions.MayBeOpen),
        new("weak-ciphers", "NULL", With(Fsp, AuditVersion.Tls12, "TLS_ECDHE_RSA_WITH_NULL_SHA"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("weak-ciphers", "NULL preferred", WithOnly(Fsp, AuditVersion.Tls12, "TLS_ECDHE_RSA_WITH_NULL_SHA", "ECDHE-RSA-AES128-GCM-SHA256"), FindingLevel.Failure, PastSessions.Open),
        new("weak-ciphers", "integrity only", With(Fsp, AuditVersion.Tls13, "TLS_SHA256_SHA256"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("weak-ciphers", "export", With(Fsp, AuditVersion.Tls12, "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("weak-ciphers", "DES", With(Fsp, AuditVersion.Tls12, "TLS_DHE_RSA_WITH_DES_CBC_SHA"), FindingLevel.Failure, PastSessions.SomeAreOpen),
        new("weak-ciphers", "RC4", With(Fsp, AuditVersion.Tls12, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"), FindingLevel.Failure, PastSessions.Closed),
        new("weak-ciphers", "3DES", With(Fsp, AuditVersion.Tls12, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"), FindingLevel.Warning, PastSessions.Closed),
        new("cbc-suites", "last", Cdn, FindingLevel.Note, PastSessions.Closed),
        new("cbc-suites", "alone", WithOnly(Fsp, AuditVersion.Tls12, "ECDHE-RSA-AES128-SHA"), FindingLevel.Warning, PastSessions.Closed),
        new("signature-schemes", "MD5", Fsp with { SignatureSchemes = [new(AuditVersion.Tls12, [SignatureSchemes.Find("rsa_pkcs1_md5")!])] }, FindingLevel.Warning, PastSessions.Closed),
        new("signature-schemes", "SHA-1", Fsp with { SignatureSchemes = [new(AuditVersion.Tls12, [SignatureSchemes.Find("rsa_pkcs1_sha1")!])] }, FindingLevel.Note, PastSessions.Closed),
        new("handshake-signature", "broken", Fsp with { HandshakeSignatures = [new(AuditVersion.Tls12, "rsa_pkcs1_sha256", 3, 1)] }, FindingLevel.Failure, PastSessions.Closed),

        // Features.
        new("secure-renegotiation", "no", Features(one => one with { SecureRenegotiation = Answer.No, ClientRenegotiation = Answer.Yes }), FindingLevel.Failure, PastSessions.Closed),
        new("secure-renegotiation", "no, nor any renegotiation", Features(one => one with { SecureRenegotiation = Answer.No }), FindingLevel.Warning, PastSessions.Closed),
        new("client-renegotiation", "yes", Features(one => one with { ClientRenegotiation = Answer.Yes }), FindingLevel.Warning, PastSessions.Closed),
        new("compression", "yes", Features(one => one with { Compression = Answer.Yes }), FindingLevel.Failure, PastSessions.Closed),
        new("extended-master-secret", "no", Features(one => one with { ExtendedMasterSecret = Answer.No }), FindingLevel.Warning, PastSessions.Closed),
        new("downgrade-sentinel", "no", Features(one => one with { DowngradeSentinel = Answer.No }), FindingLevel.Warning, PastSessions.Closed),
        new("fallback-scsv", "no, with two old versions", WithOnly(Fsp, AuditVersion.Tls11, "ECDHE-RSA-AES128-SHA"), FindingLevel.Note, PastSessions.Closed),
        new("heartbeat", "yes", Features(one => one with { Heartbeat = Answer.Yes }), FindingLevel.Warning, PastSessions.Closed),

        // Certificates.
        new("certificate-key", "RSA of 1024 bits", WithChain(Issue(key: RSA.Create(1024))), FindingLevel.Failure, PastSessions.Closed),
        new("certificate-signature", "SHA-1", WithChain(IssueOverSha1()), FindingLevel.Failure, PastSessions.Closed),
        new("certificate-dates", "expired", WithChain(Issue(days: 5)), FindingLevel.Failure, PastSessions.Closed),
        new("certificate-dates", "not yet", WithChain(Issue(daysAgo: -1)), FindingLevel.Failure, PastSessions.Closed),
        new("certificate-dates", "three days left", WithChain(Issue(days: 13)), FindingLevel.Warning, PastSessions.Closed),
        new("certificate-lifetime", "two years, public", WithChain(Issue(days: 730, extensions: [PublicPolicy])), FindingLevel.Warning, PastSessions.Closed),
        new("certificate-lifetime", "two years", WithChain(Issue(days: 730)), FindingLevel.Note, PastSessions.Closed),
        new("certificate-names", "another's", WithChain(Issue(name: "example.com")), FindingLevel.Failure, PastSessions.Closed),
        new("certificate-names", "none", WithChain(Issue(name: null)), FindingLevel.Failure, PastSessions.Closed),
        new("certificate-chain", "out of order", WithChain(Issue(), Issue()), FindingLevel.Warning, PastSessions.Closed),
        new("certificate-chain", "with the root", WithChain(Issue(), Root), FindingLevel.Note, PastSessions.Closed),
        new("certificate-trust", "signed by itself", WithChain(Stranger), FindingLevel.Warning, PastSessions.Closed),
        new("certificate-trust", "another's root", WithChain(IssueByStranger()), FindingLevel.Warning, PastSessions.Closed),
        new("certificate-transparency", "public without timestamps", WithChain(Issue(extensions: [PublicPolicy])), FindingLevel.Warning, PastSessions.Closed),
        new("must-staple", "not stapled", WithChain(Issue(extensions: [Extension("1.3.6.1.5.5.7.1.24", "3003020105")])), FindingLevel.Failure, PastSessions.Closed),
        new("strict-transport-security", "absent", Fsp with { Http = new(200, null) }, FindingLevel.Warning, PastSessions.Closed),
        new("strict-transport-security", "off", Fsp with { Http = new(200, "max-age=0") }, FindingLevel.Warning, PastSessions.Closed),
        new("strict-transport-security", "a day", Fsp with { Http = new(200, "includeSubDomains; Max-Age=\"86400\"") }, FindingLevel.Note, PastSessions.Closed),
    ];

    public static TheoryData<string> Ids => [.. All.Select(check => check.Description.Id)];

    public static TheoryData<int, string> WeaknessNames
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var (index, one) in Weaknesses.Index())
                data.Add(index, $"{one.Check}: {one.Name}");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(WeaknessNames))]
    public void Examine_ServerWithTheWeakness_IsFound(int index, string name)
    {
        var weakness = Weaknesses[index];

        var worst = Examine(weakness.Check, weakness.Seen).MaxBy(finding => (finding.Level, finding.PastSessions));

        Assert.True((weakness.Level, weakness.PastSessions) == (worst!.Level, worst.PastSessions), $"{name}: {worst}");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Examine_ServerWithoutAnyWeakness_Passes(string id) => Assert.All(Examine(id, Fsp), finding =>
    {
        // Without ML-KEM there is something worth knowing, and nothing to mend.
        Assert.Equal(id == "post-quantum" ? FindingLevel.Note : FindingLevel.Pass, finding.Level);
        Assert.Equal(PastSessions.Closed, finding.PastSessions);
    });

    [Theory]
    [MemberData(nameof(Ids))]
    public void Examine_NothingWasLearnt_IsUnexaminedAndNoPass(string id) => Assert.All(Examine(id, Unknown), finding =>
        Assert.Equal(FindingLevel.Unexamined, finding.Level));

    [Theory]
    [MemberData(nameof(Ids))]
    public void All_EachCheck_HasAWeaknessHereAndSaysWhy(string id)
    {
        Assert.Contains(Weaknesses, weakness => weakness.Check == id);
        var description = All.Single(check => check.Description.Id == id).Description;
        Assert.True(description.Why.Length > 50);
        Assert.NotEmpty(description.References);
    }

    [Fact]
    public void EphemeralKeyReuse_FewSharesOfAnOlderVersion_CountWithTheNewer()
    {
        var older = new KeyShareObservation(AuditVersion.Tls11, "x25519", 1);

        var findings = All.Single(check => check.Description.Id == "ephemeral-key-reuse").Examine(Fsp with { KeyShares = [.. Fsp.KeyShares, older] });

        Assert.Equal(FindingLevel.Pass, Assert.Single(findings).Level);
    }

    [Theory]
    [InlineData("weak-groups")]
    [InlineData("handshake-signature")]
    [InlineData("signature-schemes")]
    public void Examine_StaticRsaAlone_IsNoGapButThereIsNothingToLookAt(string id)
    {
        var check = All.Single(each => each.Description.Id == id);
        var bare = WithOnly(WithOnly(Fsp, AuditVersion.Tls13), AuditVersion.Tls12, "AES128-SHA") with
        {
            Groups = [], SignatureSchemes = [], HandshakeSignatures = [],
        };

        Assert.Equal(FindingLevel.Note, Assert.Single(check.Examine(bare)).Level);
        Assert.Equal(FindingLevel.Unexamined, Assert.Single(check.Examine(With(bare, AuditVersion.Tls12, "ECDHE-RSA-AES128-GCM-SHA256"))).Level);
    }

    [Fact]
    public void Examine_EveryFinding_BearsTheIdOfItsCheck() => Assert.All(
        All.SelectMany(check => Weaknesses.SelectMany(weakness => check.Examine(weakness.Seen).Select(finding => (check.Description.Id, finding)))),
        pair =>
        {
            Assert.Equal(pair.Id, pair.finding.Check);
            Assert.EndsWith(".", pair.finding.Message, StringComparison.Ordinal);
        });

    private static TicketSample[] Rotating => [.. Enumerable.Range(0, 60).Select(hour => Ticket(hour * 3600, $"{hour / 12:X32}", 3600))];

    private static List<Finding> Examine(string id, EndpointObservation seen) =>
        [.. All.Single(check => check.Description.Id == id).Examine(seen)];

    private static EndpointObservation Change(EndpointObservation seen, AuditVersion version, Func<VersionObservation, VersionObservation> change) =>
        seen with { Versions = [.. seen.Versions.Select(one => one.Version == version ? change(one) : one)] };

    private static EndpointObservation Features(Func<FeatureObservation, FeatureObservation> change) => Fsp with { Features = change(Fsp.Features) };

    private static EndpointObservation WithTickets(IReadOnlyList<TicketSample> samples) =>
        Fsp with { Tls12Tickets = new() { Issued = Answer.Yes, Resumes = Answer.Yes, Samples = samples } };

    private static EndpointObservation WithChain(params X509Certificate2[] certificates) => Fsp with { Certificates = [Chain(certificates)] };

    private sealed record Weakness(string Check, string Name, EndpointObservation Seen, FindingLevel Level, PastSessions PastSessions);
}
