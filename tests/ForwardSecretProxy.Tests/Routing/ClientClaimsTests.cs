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
    public void IsClaim_WordsOfProxies_AreClaims(string name) => Assert.True(ClientClaims.IsClaim(name));

    [Theory]
    [InlineData("Host")]
    [InlineData("X-Requested-With")]
    [InlineData("X-Forward")]
    [InlineData("My_Header")]
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
