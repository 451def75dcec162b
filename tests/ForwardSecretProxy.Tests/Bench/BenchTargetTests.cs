using System.Net;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class BenchTargetTests
{
    [Theory]
    [InlineData("127.0.0.1:8443", "127.0.0.1", 8443, null)]
    [InlineData("localhost:1", "localhost", 1, "localhost")]
    [InlineData("[::1]:65535", "::1", 65535, null)]
    [InlineData("mail.example.org:587", "mail.example.org", 587, "mail.example.org")]
    public void TryParse_HostAndPort_ReadsBoth(string text, string host, int port, string? serverName)
    {
        Assert.True(BenchTarget.TryParse(text, out var target));

        Assert.Equal((host, port, serverName), (target.Host, target.Port, target.ServerName));
        Assert.Equal(text, target.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":443")]
    [InlineData("localhost:")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:-1")]
    [InlineData("localhost: 1")]
    [InlineData("localhost:1x")]
    [InlineData("::1:443")]
    [InlineData("[::1:443")]
    [InlineData("[localhost]:443")]
    [InlineData("a b:443")]
    [InlineData("https://localhost:443")]
    public void TryParse_AnythingElse_IsRefused(string text)
    {
        Assert.False(BenchTarget.TryParse(text, out _));
    }

    [Theory]
    [InlineData(true, "127.0.0.1")]
    [InlineData(true, "127.255.255.254")]
    [InlineData(true, "::1")]
    [InlineData(true, "::ffff:127.0.0.1")]
    [InlineData(true, "127.0.0.1", "::1")]
    [InlineData(false)]
    [InlineData(false, "0.0.0.0")]
    [InlineData(false, "::")]
    [InlineData(false, "128.0.0.1")]
    [InlineData(false, "192.168.0.1")]
    [InlineData(false, "169.254.0.1")]
    [InlineData(false, "fe80::1")]
    [InlineData(false, "::ffff:10.0.0.1")]
    [InlineData(false, "127.0.0.1", "192.0.2.1")]
    public void IsLoopback_Addresses_OnlyWhenEveryOneIs(bool expected, params string[] addresses)
    {
        Assert.Equal(expected, BenchTarget.IsLoopback([.. addresses.Select(IPAddress.Parse)]));
    }
}
