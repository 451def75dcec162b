using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Tests.Audit.Connecting;

public class AuditTargetFileTests
{
    [Fact]
    public void Parse_TargetsWordsAndComments_ReadsThemInOrder()
    {
        var targets = Parse(
            """
            # the web
            example.org
              www.example.org:8443   sni=example.org # behind the balancer

            mail.example.org starttls=smtp
            mail.example.org:587	sni=mx.example.org	starttls=smtp
            [2001:db8::1]:993 sni=münchen.example
            """);

        Assert.Equal(
            [
                new("example.org", 443),
                new("www.example.org", 8443) { ServerName = "example.org" },
                new("mail.example.org", 25, StartTlsProtocol.Smtp),
                new("mail.example.org", 587, StartTlsProtocol.Smtp) { ServerName = "mx.example.org" },
                new("2001:db8::1", 993) { ServerName = "xn--mnchen-3ya.example" },
            ],
            targets);
    }

    [Fact]
    public void Parse_WithAStandardProtocol_IsForLinesThatNameNone()
    {
        Assert.Equal(
            [new("a.example", 143, StartTlsProtocol.Imap), new("b.example", 110, StartTlsProtocol.Pop3)],
            Parse("a.example\nb.example starttls=pop3", StartTlsProtocol.Imap));
    }

    [Fact]
    public void Parse_BadLines_AreAllNamedWithFileAndLine()
    {
        var exception = Assert.Throws<AuditTargetException>(() => Parse(
            """
            example.org
            https://example.org
            a.example starttls=ftp
            b.example sni=192.0.2.1
            c.example sni=
            d.example what

            example.org:443
            """));

        Assert.Equal(
            [
                "targets.txt:2: \"https://example.org\" is not HOST[:PORT]; write, for example, example.org, 192.0.2.1:8443 or [2001:db8::1]:443",
                "targets.txt:3: \"ftp\" is no protocol of starttls=; there are smtp, imap, pop3, sieve, xmpp, xmpp-server, ldap, postgres",
                "targets.txt:4: \"192.0.2.1\" is no host name for sni=",
                "targets.txt:5: \"\" is no host name for sni=",
                "targets.txt:6: \"what\" is neither starttls=PROTOCOL nor sni=NAME",
                "targets.txt:8: example.org:443 stands on line 1 already",
            ],
            exception.Problems);
        Assert.Equal(string.Join('\n', exception.Problems), exception.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n\n")]
    public void Parse_NoTarget_IsRefused(string text)
    {
        Assert.Equal(
            "targets.txt: there is no server in it; write one HOST[:PORT] a line", Assert.Throws<AuditTargetException>(() => Parse(text)).Message);
    }

    private static IReadOnlyList<AuditTarget> Parse(string text, StartTlsProtocol? standard = null) =>
        AuditTargetFile.Parse("targets.txt", text.Split('\n'), standard);
}
