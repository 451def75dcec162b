using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Tests.Audit.Connecting;

public class AuditTargetTests
{
    [Theory]
    [InlineData("example.org", "example.org", 443, "example.org")]
    [InlineData("example.org:8443", "example.org", 8443, "example.org")]
    [InlineData("example.org.:1", "example.org.", 1, "example.org")]
    [InlineData("a_b.example:65535", "a_b.example", 65535, "a_b.example")]
    [InlineData("192.0.2.1", "192.0.2.1", 443, null)]
    [InlineData("192.0.2.1:25", "192.0.2.1", 25, null)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 443, null)]
    [InlineData("[::1]:8443", "::1", 8443, null)]
    [InlineData("münchen.example", "xn--mnchen-3ya.example", 443, "xn--mnchen-3ya.example")]
    [InlineData("MÜNCHEN.example:1", "xn--mnchen-3ya.example", 1, "xn--mnchen-3ya.example")]
    [InlineData("例え。テスト", "xn--r8jz45g.xn--zckzah", 443, "xn--r8jz45g.xn--zckzah")]
    [InlineData("उदाहरण.परीक्षा", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g", 443, "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g")]
    public void Parse_HostAndMaybePort_ReadsThem(string text, string host, int port, string? serverName)
    {
        var target = AuditTarget.Parse(text);

        Assert.Equal((host, port, serverName, null), (target.Host, target.Port, target.ServerName, target.StartTls));
    }

    [Theory]
    [InlineData(StartTlsProtocol.Smtp, 25)]
    [InlineData(StartTlsProtocol.Imap, 143)]
    [InlineData(StartTlsProtocol.Pop3, 110)]
    [InlineData(StartTlsProtocol.Sieve, 4190)]
    [InlineData(StartTlsProtocol.Xmpp, 5222)]
    [InlineData(StartTlsProtocol.XmppServer, 5269)]
    [InlineData(StartTlsProtocol.Ldap, 389)]
    [InlineData(StartTlsProtocol.Postgres, 5432)]
    public void Parse_WithAProtocol_TakesItsPortUnlessOneIsWritten(StartTlsProtocol protocol, int port)
    {
        Assert.Equal(new AuditTarget("example.org", port, protocol), AuditTarget.Parse("example.org", protocol));
        Assert.Equal(new AuditTarget("example.org", 1, protocol), AuditTarget.Parse("example.org:1", protocol));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":443")]
    [InlineData("example.org:")]
    [InlineData("example.org:0")]
    [InlineData("example.org:65536")]
    [InlineData("example.org:-1")]
    [InlineData("example.org: 1")]
    [InlineData("example.org:1:2")]
    [InlineData("https://example.org")]
    [InlineData("example.org/")]
    [InlineData("user@example.org")]
    [InlineData("a b")]
    [InlineData(" example.org")]
    [InlineData("example.org\n")]
    [InlineData("a..b")]
    [InlineData("*.example.org")]
    [InlineData("443")]
    [InlineData("127.1")]
    [InlineData("0x7f.1")]
    [InlineData("01.2.3.4")]
    [InlineData("::1")]
    [InlineData("2001:db8::1:443")]
    [InlineData("[::1")]
    [InlineData("[::1]443")]
    [InlineData("[[::1]]")]
    [InlineData("[]:443")]
    [InlineData("[192.0.2.1]:443")]
    [InlineData("[example.org]:443")]
    [InlineData("exa\u202emple.org")]
    [InlineData("exa\u00admple.org")]
    [InlineData("exa\u200bmple.org")]
    [InlineData("ä@example.org")]
    public void Parse_AnythingElse_IsRefusedWithAnExample(string text)
    {
        var exception = Assert.Throws<AuditTargetException>(() => AuditTarget.Parse(text));

        Assert.Contains("is not HOST[:PORT]; write, for example", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_HostileText_IsShownHarmless()
    {
        var exception = Assert.Throws<AuditTargetException>(() => AuditTarget.Parse("\u001b[31mred"));

        Assert.StartsWith("\"?[31mred\"", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.org", "example.org:443")]
    [InlineData("[::1]:8443", "[::1]:8443")]
    public void ToString_Target_IsAsPeopleWriteIt(string text, string written)
    {
        Assert.Equal(written, AuditTarget.Parse(text).ToString());
    }
}
