using System.Net;
using ForwardSecretProxy.Clients;

namespace ForwardSecretProxy.Tests.Clients;

public class TrustedProxiesTests
{
    [Theory]
    [InlineData("10.0.0.5", "10.0.0.5", true)]
    [InlineData("10.0.0.5", "::ffff:10.0.0.5", true)]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5", true)]
    [InlineData("10.0.0.5", "10.0.0.6", false)]
    [InlineData("10.0.0.0/24", "10.0.0.255", true)]
    [InlineData("10.0.0.0/24", "::ffff:10.0.0.255", true)]
    [InlineData("10.0.0.0/24", "10.0.1.0", false)]
    [InlineData("10.0.0.128/25", "10.0.0.127", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::/32", "32.1.13.184", false)]
    public void Contains_Address_IsInTheNetworkOrNot(string network, string address, bool expected) =>
        Assert.Equal(expected, Proxies(network).Contains(IPAddress.Parse(address)));

    [Fact]
    public void Contains_Nobody_IsNobody()
    {
        Assert.False(TrustedProxies.None.Contains(IPAddress.Loopback));
        Assert.True(TrustedProxies.None.IsEmpty);
    }

    [Theory]
    [InlineData("proxy.example.org", "neither an IP address nor a network")]
    [InlineData("10.0.0", "neither an IP address nor a network")]
    [InlineData("10.0.0.0/33", "neither an IP address nor a network")]
    [InlineData("10.0.0.0/-1", "neither an IP address nor a network")]
    [InlineData("10.0.0.0/", "neither an IP address nor a network")]
    [InlineData("::/129", "neither an IP address nor a network")]
    [InlineData("fe80::1%eth0", "neither an IP address nor a network")]
    [InlineData("0.0.0.0/0", "everybody")]
    [InlineData("::/0", "everybody")]
    [InlineData("10.0.0.5/24", "no network")]
    [InlineData("2001:db8::1/64", "no network")]
    public void Parse_Mistake_IsReported(string text, string message)
    {
        var reports = new List<(string Message, string Mend)>();

        var proxies = TrustedProxies.Parse([text], (said, mend) => reports.Add((said, mend)));

        Assert.True(proxies.IsEmpty);
        Assert.Contains(message, Assert.Single(reports).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AddressInsteadOfNetwork_SaysBothThatCouldBeMeant()
    {
        var mend = "";

        TrustedProxies.Parse(["10.0.0.5/24"], (_, said) => mend = said);

        Assert.Contains("10.0.0.0/24", mend, StringComparison.Ordinal);
        Assert.Contains("\"10.0.0.5\"", mend, StringComparison.Ordinal);
    }

    private static TrustedProxies Proxies(params string[] texts) =>
        TrustedProxies.Parse(texts, (message, _) => Assert.Fail(message));
}
