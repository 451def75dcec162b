using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Observations;
using Org.BouncyCastle.Math;

namespace ForwardSecretProxy.Tests.Audit.Checks;

public class CertificateReadingTests
{
    [Theory]
    [InlineData("example.org", "example.org", true)]
    [InlineData("example.org", "EXAMPLE.org.", true)]
    [InlineData("*.example.org", "www.example.org", true)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("*.example.org", "a.b.example.org", false)]
    [InlineData("w*.example.org", "www.example.org", false)]
    [InlineData("*", "localhost", false)]
    [InlineData("example.org", "example.org.evil", false)]
    public void Matches_NameOfACertificate_FollowsRfc9525(string name, string host, bool expected) =>
        Assert.Equal(expected, CertificateNamesCheck.Matches(name, host));

    [Fact]
    public void Of_KeysOfEachKind_AreNamed()
    {
        Assert.Equal(new(CertificateKeyKind.Rsa, 3072, null), CertificateKey.Of(TestCertificates.Issue(key: RSA.Create(3072))));
        Assert.Equal(new(CertificateKeyKind.Ecdsa, 384, "secp384r1"),
            CertificateKey.Of(TestCertificates.Issue(key: ECDsa.Create(ECCurve.NamedCurves.nistP384))));
    }

    [Fact]
    public void TryRead_Garbage_IsNull()
    {
        Assert.Null(ReadChain.TryRead(new CertificateChainObservation { Chain = ["AAAA"] }));
        Assert.Null(ReadChain.TryRead(new CertificateChainObservation { Chain = ["no base64"] }));
        Assert.Null(ReadChain.TryRead(new CertificateChainObservation { Chain = [] }));
    }

    [Fact]
    public void TryRead_EveryTruncation_IsNullOrRead()
    {
        var der = TestCertificates.Issue().RawData;

        for (var length = 0; length < der.Length; length++)
            Assert.Null(ReadChain.TryRead(new CertificateChainObservation { Chain = [Convert.ToBase64String(der[..length])] }));
    }

    [Theory]
    [InlineData("max-age=1", 1L)]
    [InlineData("includeSubDomains;max-age = \"31536000\"; preload", 31536000L)]
    [InlineData("max-age", null)]
    [InlineData("max-age=-1", null)]
    [InlineData("", null)]
    [InlineData("x-max-age=5", null)]
    public void MaxAge_HeaderValue_FollowsRfc6797(string value, long? expected) =>
        Assert.Equal(expected, StrictTransportHeader.MaxAge(value));

    [Fact]
    public void NameOf_PrimesOfBouncyCastle_AreKnown()
    {
        Assert.Equal("RFC 7919 ffdhe2048", KnownPrimes.NameOf(new BigInteger(DhPrimes.Ffdhe2048, 16)));
        Assert.Equal("RFC 3526 group 14", KnownPrimes.NameOf(new BigInteger(DhPrimes.Group14, 16)));
        Assert.Equal("RFC 2409 Oakley Group 2", KnownPrimes.NameOf(new BigInteger(DhPrimes.Oakley2, 16)));
        Assert.StartsWith("RFC 5114", KnownPrimes.NameOf(new BigInteger(DhPrimes.Subgroups, 16)), StringComparison.Ordinal);
        Assert.Null(KnownPrimes.NameOf(new BigInteger("23")));
    }
}
