using ForwardSecretProxy.Routing;
using Microsoft.AspNetCore.Http;

namespace ForwardSecretProxy.Tests.Routing;

public class ClientClaimsTests
{
    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-anything-new")]
    [InlineData("X_Forwarded_For")]
    [InlineData("X_Forwarded-Proto")]
    [InlineData("X.Forwarded.Host")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("x_real_ip")]
    [InlineData("True-Client-IP")]
    [InlineData("Client-Cert")]
    [InlineData("client_cert_chain")]
    [InlineData("X-Client-Certificate-Subject")]
    [InlineData("X_CLIENT_CERTIFICATE_FINGERPRINT")]
    [InlineData("X-SSL-Client-S-DN")]
    [InlineData("ssl-client-verify")]
    [InlineData("X-ARR-ClientCert")]
    [InlineData("X-Amzn-Mtls-Clientcert-Leaf")]
    public void IsClaim_WordsOfProxies_AreClaims(string name) => Assert.True(ClientClaims.IsClaim(name));

    [Theory]
    [InlineData("Host")]
    [InlineData("X-Requested-With")]
    [InlineData("X-Forward")]
    [InlineData("My_Header")]
    [InlineData("X-Client-Version")]
    [InlineData("Client-Id")]
    [InlineData("X-SSL-Ciphers")]
    [InlineData("Forwarded-By-Post")]
    public void IsClaim_AnythingElse_IsNot(string name) => Assert.False(ClientClaims.IsClaim(name));

    [Fact]
    public void Discard_Claims_LeavesTheRest()
    {
        var headers = new HeaderDictionary
        {
            ["X-Forwarded-For"] = "192.0.2.1",
            ["x_forwarded_proto"] = "http",
            ["Forwarded"] = "for=192.0.2.1",
            ["Accept"] = "*/*",
            ["Cookie"] = "a=b",
        };

        ClientClaims.Discard(headers);

        Assert.Equal(["Accept", "Cookie"], headers.Keys.Order(StringComparer.Ordinal));
    }
}
