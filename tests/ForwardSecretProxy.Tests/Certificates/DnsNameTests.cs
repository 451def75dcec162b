using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Tests.Certificates;

public class DnsNameTests
{
    [Theory]
    [InlineData("mail.example.org", "mail.example.org")]
    [InlineData("Mail.EXAMPLE.org", "mail.example.org")]
    [InlineData("localhost", "localhost")]
    [InlineData("*.example.org", "*.example.org")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("BÜCHER.example", "xn--bcher-kva.example")]
    [InlineData("*.bücher.example", "*.xn--bcher-kva.example")]
    [InlineData("例え.テスト", "xn--r8jz45g.xn--zckzah")]
    public void Parse_HostName_IsInTheFormOfACertificate(string text, string expected) =>
        Assert.Equal(expected, DnsName.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("example.org.")]
    [InlineData("a..b")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a_b.example")]
    [InlineData("*")]
    [InlineData("*.org")]
    [InlineData("a.*.org")]
    [InlineData("w*.example.org")]
    [InlineData("192.0.2.1")]
    [InlineData("https://example.org")]
    [InlineData("example.org:443")]
    [InlineData("bu\u0308cher.example")]
    [InlineData("a b.example")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void Parse_SomethingElse_IsRefusedWithItsText(string text) =>
        Assert.Contains($"\"{text}\"", Assert.Throws<FormatException>(() => DnsName.Parse(text)).Message);

    [Fact]
    public void IsValid_LongerThanDnsAllows_IsFalse() =>
        Assert.False(DnsName.IsValid(string.Join('.', Enumerable.Repeat("aaaaaaaaa", 26))));

    [Theory]
    [InlineData("mail.example.org", "mail.example.org", true)]
    [InlineData("*.example.org", "mail.example.org", true)]
    [InlineData("*.example.org", "example.org", false)]
    [InlineData("*.example.org", "a.mail.example.org", false)]
    [InlineData("*.example.org", ".example.org", false)]
    [InlineData("*.example.org", "mail.example.com", false)]
    [InlineData("example.org", "mail.example.org", false)]
    public void Covers_Host_ExactlyOrByOneLabel(string name, string host, bool expected) =>
        Assert.Equal(expected, DnsName.Covers(name, host));
}
