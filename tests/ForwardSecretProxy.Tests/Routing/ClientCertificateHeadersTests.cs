using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.Http;

namespace ForwardSecretProxy.Tests.Routing;

public class ClientCertificateHeadersTests
{
    [Fact]
    public void Set_Certificate_IsStructuredAsRfc9440Has()
    {
        var headers = new HeaderDictionary();

        new ClientCertificateHeaders(new TlsClientCertificate("abc"u8.ToArray(), @"CN=a\2Cb")).Set(headers);

        Assert.Equal(":YWJj:", headers["Client-Cert"]);
        Assert.Equal(@"CN=a\2Cb", headers["X-Client-Certificate-Subject"]);
        // FIPS 180-4's example for "abc".
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", headers["X-Client-Certificate-Fingerprint"]);
    }

    [Fact]
    public void Set_EmptySubject_IsLeftOut()
    {
        var headers = new HeaderDictionary();

        new ClientCertificateHeaders(new TlsClientCertificate("abc"u8.ToArray(), "")).Set(headers);

        Assert.False(headers.ContainsKey("X-Client-Certificate-Subject"));
        Assert.True(headers.ContainsKey("Client-Cert"));
    }

    [Theory]
    [InlineData(ClientCertificateHeaders.Certificate)]
    [InlineData(ClientCertificateHeaders.Subject)]
    [InlineData(ClientCertificateHeaders.Fingerprint)]
    public void Names_FromAClient_AreClaims(string name) => Assert.True(ClientClaims.IsClaim(name));
}
