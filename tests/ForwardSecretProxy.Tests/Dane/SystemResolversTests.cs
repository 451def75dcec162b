using ForwardSecretProxy.Dane;

namespace ForwardSecretProxy.Tests.Dane;

public class SystemResolversTests
{
    [Theory]
    [InlineData("nameserver 192.0.2.1\n", "192.0.2.1:53")]
    [InlineData("# x\n; y\nsearch example.org\nnameserver\t2001:db8::1 \r\nnameserver 127.0.0.53;x", "[2001:db8::1]:53 127.0.0.53:53")]
    [InlineData(" nameserver 192.0.2.1\nnameservers 192.0.2.2\nnameserver192.0.2.3\nnameserver\nnameserver x\n#nameserver 192.0.2.4", "")]
    [InlineData("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4", "192.0.2.1:53 192.0.2.2:53 192.0.2.3:53")]
    public void Parse_Lines_AreTheirAddresses(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', SystemResolvers.Parse(text)));

    [Fact]
    public void Parse_EachTruncation_IsTheWholeLinesAndMaybeAShorterAddress()
    {
        const string Text = "nameserver 192.0.2.1\nnameserver 192.0.2.255\n";
        for (var length = 0; length <= Text.Length; length++)
        {
            var servers = SystemResolvers.Parse(Text[..length]);
            Assert.InRange(servers.Count, length > "nameserver 192.0.2.1".Length ? 1 : 0, length > "nameserver 192.0.2.1\nnameserver ".Length ? 2 : 1);
        }
    }
}
