using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Tests.Admin;

public class StatusWarningsTests
{
    private static readonly StatusDocument Quiet = new(
        "0.1.0", "OpenSSL 3.5.0", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "ready",
        new ReadinessStatus(true, [new ReadinessCheck("tokens", true, null)]),
        [],
        new StatusPolicy(["1.3"], ["X25519"], true),
        [],
        [Certificate(daysLeft: 60, lifetime: 90)],
        [new StatusToken("main", "YubiHSM", 1, 1, 4, 0)],
        new StatusLoad(799, 1000, 0, 0, 0, 0, 0, 0),
        new StatusHistory(DateTimeOffset.UnixEpoch, new Dictionary<string, IReadOnlyList<StatusSeries>>(), []));

    [Fact]
    public void Of_AQuietDay_IsNothing() => Assert.Empty(Of(Quiet));

    [Theory]
    [InlineData(90, 22, null)]
    [InlineData(90, 20, "warning")]
    [InlineData(90, 6, "error")]
    [InlineData(90, -1, "error")]
    [InlineData(6, 3, null)]
    [InlineData(6, 1.9, "warning")]
    [InlineData(6, 0.5, "error")]
    public void Of_CertificateNearItsEnd_WarnsInTimeForItsLife(double lifetime, double daysLeft, string? severity)
    {
        var warnings = Of(Quiet with { Certificates = [Certificate(daysLeft, lifetime)] });

        Assert.Equal(severity, warnings.SingleOrDefault()?.Severity);
    }

    [Theory]
    [InlineData(true, true, "")]
    [InlineData(true, false, "warning")]
    [InlineData(false, false, "error error")]
    public void Of_BackendsThatDoNotAnswer_AreAnErrorWhenNoneIsLeft(bool first, bool second, string severities)
    {
        var warnings = Of(Quiet with
        {
            Listeners = [new StatusListener("imaps", "0.0.0.0:993", "imap", ["web"],
                [new StatusBackend("10.0.0.1:143", first, 0), new StatusBackend("10.0.0.2:143", second, 3)])],
        });

        Assert.Equal(severities, string.Join(' ', warnings.Select(warning => warning.Severity)));
    }

    [Theory]
    [InlineData("inUse", null, "standby", null, "")]
    [InlineData("inUse", null, "failing", "it hangs", "Its spare 1 on token drawer does not sign: it hangs.")]
    [InlineData("inUse", null, "absent", "its token is not there", "Its spare 1 on token drawer does not sign: its token is not there.")]
    [InlineData("standby", null, "inUse", null, "Its spare 1 on token drawer stands in; fsp reload relieves it, if that did not happen by itself.")]
    public void Of_KeysOfACertificate_WarnsOfWhatNobodyWouldNotice(
        string first, string? firstProblem, string second, string? secondProblem, string expected)
    {
        StatusKey Key(string role, string token, string state, string? problem) =>
            new(role, "pkcs11:object=web", token, state, problem, Quiet.Now.AddDays(60));
        var certificate = Certificate(daysLeft: 60, lifetime: 90) with
        {
            Keys = [Key("primary", "main", first, firstProblem), Key("spare 1", "drawer", second, secondProblem)],
        };

        Assert.Equal(expected, string.Join(' ', Of(Quiet with { Certificates = [certificate] }).Select(warning => warning.Message)));
    }

    [Fact]
    public void Of_SpareWhoseChainExpires_Warns()
    {
        var certificate = Certificate(daysLeft: 60, lifetime: 90) with
        {
            Keys = [new StatusKey("spare 1", "pkcs11:object=web", "drawer", "standby", null, Quiet.Now.AddDays(20))],
        };

        Assert.Contains("expires on 1970-01-21", Assert.Single(Of(Quiet with { Certificates = [certificate] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_EverythingAtOnce_HasTheWorstFirst()
    {
        var warnings = Of(Quiet with
        {
            Readiness = new ReadinessStatus(false, [new ReadinessCheck("tokens", false, "it is away")]),
            Load = Quiet.Load with { ConnectionsOpen = 800, HandshakesQueued = 1, SignaturesRefused = 2 },
            Tokens = [new StatusToken("main", "SoftHSM v2", 4, 4, 4, 7)],
        }, new ConfigurationProblem("Tls:Groups", "one is not known", "Take it out."));

        Assert.Equal(
            ["error tokens", "error signatures", "warning connections", "warning handshakes", "warning token main",
                "warning Tls:Groups", "note token main"],
            warnings.Select(warning => $"{warning.Severity} {warning.Subject}"));
        Assert.Equal("It is away.", warnings[0].Message);
    }

    [Fact]
    public void Of_SignerThatWasAskedForWhatNoServerSigns_IsAnError()
    {
        var key = new KeyUse("pkcs11:token=main;object=web", Signatures: 10, Refused: 0, Limited: 3, Failed: 1);
        Assert.Empty(Of(With(key)));

        var warning = Assert.Single(Of(With(key with { Refused = 2 })));

        Assert.Equal(("error", "token main"), (warning.Severity, warning.Subject));
        Assert.Contains("2 blocks with pkcs11:token=main;object=web", warning.Message, StringComparison.Ordinal);

        static StatusDocument With(KeyUse use) => Quiet with { Tokens = [Quiet.Tokens[0] with { Keys = [use] }] };
    }

    [Fact]
    public void Of_ProblemThatACertificateExpires_IsCountedAnewAndNotRepeated() =>
        Assert.Empty(Of(Quiet, new ConfigurationProblem("Certificates:web:Chain", "it expires", "Renew.") { IsExpiry = true }));

    private static List<StatusWarning> Of(StatusDocument status, params ConfigurationProblem[] problems) =>
        [.. StatusWarnings.Of(status, problems, refused: null)];

    private static StatusCertificate Certificate(double daysLeft, double lifetime)
    {
        var end = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        return new StatusCertificate("web", ["www.example.org"], end.AddDays(-lifetime), end, daysLeft, "ECDSA P-256",
            "pkcs11:token=main;object=web", "main", ["ecdsa_secp256r1_sha256"], null, true, []);
    }
}
