using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using Org.BouncyCastle.Tls;
using BouncyHello = Org.BouncyCastle.Tls.ClientHello;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

/// <summary>ClientHellos as another implementation reads them.</summary>
public class OfferTests
{
    private static readonly ClientShares Shares = new();

    [Theory]
    [InlineData(TlsVersion.Tls10)]
    [InlineData(TlsVersion.Tls11)]
    [InlineData(TlsVersion.Tls12)]
    public void Build_Older_SaysWhatWasOffered(TlsVersion version)
    {
        var hello = Read(new Offer { Version = version, Suites = Usual.FewSuites, ServerName = "example.test" });

        Assert.Equal((int)version, hello.Version.FullVersion);
        Assert.Equal(Usual.FewSuites.Select(code => (int)code), hello.CipherSuites);
        Assert.Equal("example.test", ServerNameOf(hello));
        Assert.Equal(Usual.Curves.Select(group => (int)group.Code), TlsExtensionsUtilities.GetSupportedGroupsExtension(hello.Extensions));
        Assert.Equal(version == TlsVersion.Tls12, TlsExtensionsUtilities.GetSignatureAlgorithmsExtension(hello.Extensions) is not null);
        Assert.Null(TlsExtensionsUtilities.GetSupportedVersionsExtensionClient(hello.Extensions));
    }

    [Fact]
    public void Build_Tls13_HasItsVersionGroupsAndShare()
    {
        var hello = Read(new Offer { Version = TlsVersion.Tls13, Suites = Usual.Tls13Suites });

        Assert.Equal([ProtocolVersion.TLSv13], TlsExtensionsUtilities.GetSupportedVersionsExtensionClient(hello.Extensions));
        Assert.Equal(ProtocolVersion.TLSv12, hello.Version);
        Assert.Null(ServerNameOf(hello));
        var share = Assert.Single(TlsExtensionsUtilities.GetKeyShareClientHello(hello.Extensions));
        Assert.Equal((29, 32), (share.NamedGroup, share.KeyExchange.Length));
        Assert.Equal(NamedGroups.All.Count, TlsExtensionsUtilities.GetSupportedGroupsExtension(hello.Extensions).Length);
    }

    [Fact]
    public void Build_AlsoTls12_OffersBoth()
    {
        var hello = Read(new Offer { Version = TlsVersion.Tls13, AlsoTls12 = true, Suites = [0x1301, 0xC02F] });

        Assert.Equal(
            [ProtocolVersion.TLSv13, ProtocolVersion.TLSv12], TlsExtensionsUtilities.GetSupportedVersionsExtensionClient(hello.Extensions));
        Assert.True(TlsExtensionsUtilities.HasExtendedMasterSecretExtension(hello.Extensions));
    }

    [Fact]
    public void Build_WithoutShares_AsksForARetry()
    {
        var hello = Read(new Offer { Version = TlsVersion.Tls13, Suites = [0x1301], Shares = [] });

        Assert.Empty(TlsExtensionsUtilities.GetKeyShareClientHello(hello.Extensions));
    }

    [Fact]
    public void Build_SomeSchemes_StillTakesCertificatesSignedWithAny()
    {
        var hello = Read(new Offer { Version = TlsVersion.Tls12, Suites = [0xC02F], Schemes = [SignatureSchemes.Find("rsa_pkcs1_sha256")!] });

        Assert.Single(TlsExtensionsUtilities.GetSignatureAlgorithmsExtension(hello.Extensions));
        Assert.Equal(SignatureSchemes.All.Count, TlsExtensionsUtilities.GetSignatureAlgorithmsCertExtension(hello.Extensions).Count);
    }

    [Theory]
    [InlineData(TlsVersion.Ssl3, HelloStyle.Full)]
    [InlineData(TlsVersion.Tls12, HelloStyle.Bare)]
    public void Build_Bare_HasNoExtensionsButAsksForSecureRenegotiation(TlsVersion version, object style)
    {
        var hello = new Offer { Version = version, Suites = [0x002F], ServerName = "example.test", Style = (HelloStyle)style }.Build(Shares);

        Assert.Empty(hello.Extensions);
        Assert.Equal([0x002F, ForwardSecretProxy.Audit.Wire.ClientHello.RenegotiationScsv], hello.Suites);
    }

    [Fact]
    public void Build_AnyNumberOfSuites_HasNoLengthThatBalancersHangAt()
    {
        Assert.All(Enumerable.Range(1, 200), count =>
        {
            foreach (var style in Enum.GetValues<HelloStyle>().Where(each => each != HelloStyle.Bare))
            {
                var offer = new Offer { Version = TlsVersion.Tls12, Suites = [.. Usual.Suites.Take(count)], ServerName = "example.test", Style = style };
                Assert.NotInRange(offer.Build(Shares).Encode().Encode().Length, 256, 511);
            }
        });
    }

    private static BouncyHello Read(Offer offer)
    {
        var body = new MemoryStream(offer.Build(Shares).Encode().Body);
        var hello = BouncyHello.Parse(body, null);
        Assert.Equal(body.Length, body.Position);
        return hello;
    }

    private static string? ServerNameOf(BouncyHello hello) =>
        TlsExtensionsUtilities.GetServerNameExtensionClient(hello.Extensions) is [var name] ? System.Text.Encoding.ASCII.GetString(name.NameData) : null;
}
