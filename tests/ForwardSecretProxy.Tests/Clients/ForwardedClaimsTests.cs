using System.Net;
using ForwardSecretProxy.Clients;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ForwardSecretProxy.Tests.Clients;

public class ForwardedClaimsTests
{
    private static readonly TrustedProxies Trusted =
        TrustedProxies.Parse(["10.0.0.0/24", "2001:db8::/32"], (message, _) => Assert.Fail(message));

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.7:51234", "192.0.2.7")]
    [InlineData("[2a00::7]:51234", "2a00::7")]
    // What stands left of the first who is not trusted is that one's own word.
    [InlineData("198.51.100.1, 192.0.2.7", "192.0.2.7")]
    [InlineData("10.0.0.9, 192.0.2.7", "192.0.2.7")]
    // Through two trusted proxies.
    [InlineData("198.51.100.1, 192.0.2.7,10.0.0.2", "192.0.2.7")]
    [InlineData("192.0.2.7, 2001:db8::2 , ::ffff:10.0.0.2", "192.0.2.7")]
    // A client inside the trusted network.
    [InlineData("10.0.0.3, 10.0.0.2", "10.0.0.3")]
    // Nobody whose word counts names somebody: it stays with the last who was named.
    [InlineData("", "10.0.0.1")]
    [InlineData("unknown", "10.0.0.1")]
    [InlineData("192.0.2.7, _hidden", "10.0.0.1")]
    [InlineData("192.0.2.7, , 10.0.0.2", "10.0.0.2")]
    [InlineData("192.0.2.7,", "10.0.0.1")]
    [InlineData("0300.0.2.7", "10.0.0.1")]
    public void Apply_FromATrustedProxy_FindsTheClient(string list, string client)
    {
        var context = Request("10.0.0.1", ("X-Forwarded-For", list));

        ForwardedClaims.Apply(context, Trusted);

        Assert.Equal(IPAddress.Parse(client), context.Connection.RemoteIpAddress);
    }

    [Theory]
    [InlineData("192.0.2.66")]
    [InlineData("10.0.1.1")]
    public void Apply_FromAnybodyElse_ChangesNothing(string peer)
    {
        var context = Request(peer, ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "evil"));

        ForwardedClaims.Apply(context, Trusted);

        Assert.Equal(IPAddress.Parse(peer), context.Connection.RemoteIpAddress);
        Assert.Equal(4711, context.Connection.RemotePort);
        Assert.Equal("https", context.Request.Scheme);
        Assert.Equal("web.example.test", context.Request.Host.Value);
    }

    [Fact]
    public void Apply_ListInSeveralHeaders_IsOneList()
    {
        var context = Request("10.0.0.1", ("X-Forwarded-For", new StringValues(["198.51.100.1", "192.0.2.7, 10.0.0.2"])));

        ForwardedClaims.Apply(context, Trusted);

        Assert.Equal(IPAddress.Parse("192.0.2.7"), context.Connection.RemoteIpAddress);
        Assert.Equal(0, context.Connection.RemotePort);
    }

    [Theory]
    [InlineData("http", "http")]
    [InlineData("HTTPS", "https")]
    [InlineData("javascript", "https")]
    [InlineData("", "https")]
    [InlineData("https, http", "http")]
    public void Apply_Scheme_IsOneOfTwo(string claim, string scheme)
    {
        var context = Request("10.0.0.1", ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", claim));

        ForwardedClaims.Apply(context, Trusted);

        Assert.Equal(scheme, context.Request.Scheme);
    }

    [Theory]
    // The client's word, then the outer proxy's, then the inner's.
    [InlineData("gopher, http, https", "http")]
    [InlineData("http", "http")]
    public void Apply_SeveralProxies_TheOuterOnesClaimCounts(string claim, string scheme)
    {
        var context = Request("10.0.0.1", ("X-Forwarded-For", "192.0.2.7, 10.0.0.2"), ("X-Forwarded-Proto", claim));

        ForwardedClaims.Apply(context, Trusted);

        Assert.Equal(scheme, context.Request.Scheme);
    }

    [Theory]
    [InlineData("shop.example.test", "shop.example.test")]
    [InlineData("shop.example.test:8443", "shop.example.test:8443")]
    [InlineData("[2001:db8::1]:8443", "[2001:db8::1]:8443")]
    [InlineData("evil.test/path", "web.example.test")]
    [InlineData("user@evil.test", "web.example.test")]
    [InlineData("a b", "web.example.test")]
    [InlineData("a:b", "web.example.test")]
    [InlineData("[::1", "web.example.test")]
    [InlineData(":443", "web.example.test")]
    [InlineData("", "web.example.test")]
    public void Apply_Host_IsAHostOrIgnored(string claim, string host)
    {
        var context = Request("10.0.0.1", ("X-Forwarded-Host", claim));

        ForwardedClaims.Apply(context, Trusted);

        Assert.Equal(host, context.Request.Host.Value);
    }

    private static DefaultHttpContext Request(string peer, params (string Name, StringValues Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        context.Connection.RemotePort = 4711;
        context.Request.Scheme = "https";
        context.Request.Host = new HostString("web.example.test");
        foreach (var (name, value) in headers) context.Request.Headers[name] = value;
        return context;
    }
}
