using System.Net;
using ForwardSecretProxy.Bench;
using ForwardSecretProxy.OpenSsl.Client;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Tests.Bench;

public class BenchOptionsTests
{
    private static readonly BenchOptions Standard = new()
    {
        Target = new BenchTarget("127.0.0.1", 8443),
        Address = new IPEndPoint(IPAddress.Loopback, 8443),
    };

    [Fact]
    public void ToClientOptions_Standard_OffersOneGroupAndNoTickets()
    {
        var offered = Standard.ToClientOptions();

        Assert.Equal(["X25519"], offered.Groups);
        Assert.Equal(TlsPolicy.KnownTls13Suites, offered.CipherSuites);
        Assert.False(offered.Resume);
        Assert.Null(offered.ServerName);
    }

    [Fact]
    public void ToClientOptions_Tls12WithRsa_OffersRsaSuitesAndTheCurvesOfCertificates()
    {
        var offered = (Standard with { Tls = TlsVersion.Tls12, Group = "P-256", Certificate = CertificateKind.Rsa }).ToClientOptions();

        Assert.Equal(["P-256", "P-384"], offered.Groups);
        Assert.All(offered.CipherSuites, suite => Assert.StartsWith("ECDHE-RSA", suite, StringComparison.Ordinal));
        Assert.All(offered.SignatureSchemes, scheme => Assert.StartsWith("rsa", scheme, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TlsVersion.Tls13, 1034, 408, null)]
    [InlineData(TlsVersion.Tls12, 1034, 408, "version")]
    [InlineData(TlsVersion.Tls13, 415, 408, "group")]
    [InlineData(TlsVersion.Tls13, 0, 408, "group")]
    [InlineData(TlsVersion.Tls13, 1034, 912, "certificate")]
    public void Requirement_Session_MustBeAsAsked(TlsVersion version, long group, int signature, string? mismatch)
    {
        var requirement = new SessionRequirement(Standard with { Certificate = CertificateKind.Ecdsa });

        var session = new TlsClientSession(version, 0, group, signature, Resumed: false);

        Assert.Equal(mismatch, requirement.Check(session)?.What);
        Assert.Equal(mismatch, requirement.Check(session)?.What);
    }
}
