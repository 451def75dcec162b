using System.Text;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Tests.OpenSsl;

public class ApplicationProtocolsTests
{
    private static readonly ApplicationProtocols Web = new(["h2", "http/1.1"]);

    [Theory]
    [InlineData("h2")]
    [InlineData("http/1.1,h2")]
    [InlineData("spdy/3,h2,http/1.1")]
    public void TrySelect_OursAmongOthers_IsOurMostPreferred(string offered) => Assert.Equal("h2", Select(List(offered)));

    [Theory]
    [InlineData("http/1.0")]
    [InlineData("h2c,http/1.1x,H2")]
    public void TrySelect_NothingInCommon_IsNone(string offered) => Assert.Null(Select(List(offered)));

    [Fact]
    public void TrySelect_EveryTruncation_GivesOnlyWhatIsWhole()
    {
        var list = List("http/1.1,h2");
        for (var length = 0; length < list.Length; length++)
            Assert.Equal(length >= 9 ? "http/1.1" : null, Select(list[..length]));
    }

    [Fact]
    public void TrySelect_RandomBytes_NeverReadsBeyondTheList()
    {
        var random = new Random(20261124);
        for (var i = 0; i < 100_000; i++)
        {
            var list = new byte[random.Next(40)];
            random.NextBytes(list);
            Assert.True(Select(list) is null or "h2");
        }
    }

    [Fact]
    public void IsEmpty_NoProtocols_IsTrue()
    {
        Assert.True(new ApplicationProtocols([]).IsEmpty);
        Assert.False(Web.IsEmpty);
    }

    private static byte[] List(string names) =>
        [.. names.Split(',').SelectMany(name => (byte[])[(byte)name.Length, .. Encoding.ASCII.GetBytes(name)])];

    private static string? Select(byte[] offered) =>
        Web.TrySelect(offered, out var offset, out var length) ? Encoding.ASCII.GetString(offered, offset, length) : null;
}
