using System.Net;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Logging;

namespace ForwardSecretProxy.Tests.Logging;

public class ClientAddressTests
{
    [Theory]
    [InlineData("192.0.2.77", LoggedAddress.None, "-")]
    [InlineData("192.0.2.77", LoggedAddress.Truncated, "192.0.2.0/24")]
    [InlineData("192.0.2.77", LoggedAddress.Full, "192.0.2.77")]
    [InlineData("::ffff:192.0.2.77", LoggedAddress.None, "-")]
    [InlineData("::ffff:192.0.2.77", LoggedAddress.Truncated, "192.0.2.0/24")]
    [InlineData("::ffff:192.0.2.77", LoggedAddress.Full, "192.0.2.77")]
    [InlineData("2001:db8:1:2:3:4:5:6", LoggedAddress.None, "-")]
    [InlineData("2001:db8:1:2:3:4:5:6", LoggedAddress.Truncated, "2001:db8:1::/48")]
    [InlineData("2001:db8:1:2:3:4:5:6", LoggedAddress.Full, "2001:db8:1:2:3:4:5:6")]
    [InlineData("fe80::1%3", LoggedAddress.Truncated, "fe80::/48")]
    [InlineData("::1", LoggedAddress.Truncated, "::/48")]
    public void Format_Address_TellsAsMuchAsAskedFor(string address, object detail, string expected)
    {
        Assert.Equal(expected, ClientAddress.Format(new IPEndPoint(IPAddress.Parse(address), 12345), (LoggedAddress)detail));
    }

    [Fact]
    public void Format_NoAddress_IsHidden()
    {
        Assert.Equal("-", ClientAddress.Format((IPAddress?)null, LoggedAddress.Full));
    }
}
