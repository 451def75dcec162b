using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Configuration;

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
