using System.Net;
using ForwardSecretProxy.Clients;

namespace ForwardSecretProxy.Tests.Clients;

public class AddressTextTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::", "::")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::FFFF:c000:201", "192.0.2.1")]
    [InlineData("64:ff9b::192.0.2.1", "64:ff9b::c000:201")]
    public void TryParse_Address_IsRead(string text, string expected)
    {
        Assert.True(AddressText.TryParse(text, out var address));
        Assert.Equal(IPAddress.Parse(expected), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("010.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("256.0.0.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%1")]
    [InlineData("[::1]")]
    [InlineData("::ffff:010.0.0.1")]
    [InlineData("1.2.3.4::")]
    [InlineData(":::")]
    [InlineData("2001:db8::1/64")]
    [InlineData("localhost")]
    [InlineData("unknown")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(AddressText.TryParse(text, out _));

    [Theory]
    [InlineData("192.0.2.1:80", "192.0.2.1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("[2001:db8::1]:443", "2001:db8::1")]
    public void TryParseWithPort_Address_IsRead(string text, string expected)
    {
        Assert.True(AddressText.TryParseWithPort(text, out var address));
        Assert.Equal(IPAddress.Parse(expected), address);
    }

    [Theory]
    [InlineData("192.0.2.1:")]
    [InlineData("192.0.2.1:a")]
    [InlineData("192.0.2.1:123456")]
    [InlineData("[2001:db8::1]443")]
    [InlineData("[2001:db8::1]:")]
    [InlineData("[2001:db8::1")]
    [InlineData("[]")]
    [InlineData("[192.0.2.1]:80")]
    [InlineData("_hidden:80")]
    public void TryParseWithPort_AnythingElse_IsRefused(string text) => Assert.False(AddressText.TryParseWithPort(text, out _));
}
