using System.Net;
using ForwardSecretProxy.Clients;

namespace ForwardSecretProxy.Tests.Clients;

public class ClientKeyTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("::1", "127.0.0.1", true)]
    public void Of_TwoAddresses_AreOneClientOrNot(string one, string other, bool same) =>
        Assert.Equal(same, ClientKey.Of(IPAddress.Parse(one)) == ClientKey.Of(IPAddress.Parse(other)));

    [Theory]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("0.0.0.0")]
    [InlineData("::ffff:0.0.0.0")]
    public void Of_AnyAddress_IsNotTheProxysOwnNumber(string address) => Assert.NotEqual(0UL, ClientKey.Of(IPAddress.Parse(address)));
}
