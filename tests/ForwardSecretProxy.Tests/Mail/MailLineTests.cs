using System.Text;
using ForwardSecretProxy.Mail;

namespace ForwardSecretProxy.Tests.Mail;

public class MailLineTests
{
    [Theory]
    [InlineData("NOOP\r\n", null)]
    [InlineData("\r\n", null)]
    [InlineData("caf\u00e9\r\n", null)]
    [InlineData("NOOP\n", "end in CR and LF")]
    [InlineData("NOOP\r", "end in CR and LF")]
    [InlineData("NOOP", "end in CR and LF")]
    [InlineData("", "end in CR and LF")]
    [InlineData("NO\rOP\r\n", "no CR or LF")]
    [InlineData("NO\nOP\r\n", "no CR or LF")]
    [InlineData("NOOP\r\r\n", "no CR or LF")]
    [InlineData("NO\0OP\r\n", "no NUL")]
    public void Fault_Line_IsWhatServersDisagreeAbout(string line, string? expected)
    {
        var fault = MailLine.Fault(Encoding.Latin1.GetBytes(line));

        if (expected is null) Assert.Null(fault);
        else Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOOP", true)]
    [InlineData("X-exps9", true)]
    [InlineData("", false)]
    [InlineData("NOOP\v", false)]
    [InlineData("NOOP\f", false)]
    [InlineData("NOOP\u00a0", false)]
    [InlineData("NOOP=", false)]
    public void IsName_Word_IsLettersDigitsAndHyphens(string word, bool expected)
    {
        Assert.Equal(expected, MailLine.IsName(Encoding.Latin1.GetBytes(word)));
    }

    [Theory]
    [InlineData("a LOGIN {4}", MailLiteralKind.Waiting, 4)]
    [InlineData("a LOGIN {4+}", MailLiteralKind.Bound, 4)]
    [InlineData("a APPEND x {0}", MailLiteralKind.Waiting, 0)]
    [InlineData("{9999999999}", MailLiteralKind.Waiting, 9999999999)]
    [InlineData("{99999999999}", MailLiteralKind.TooLong, 0)]
    [InlineData("{00000000000000000001+}", MailLiteralKind.TooLong, 0)]
    [InlineData("a {4} b", MailLiteralKind.None, 0)]
    [InlineData("a {}", MailLiteralKind.None, 0)]
    [InlineData("a {+}", MailLiteralKind.None, 0)]
    [InlineData("a {-4}", MailLiteralKind.None, 0)]
    [InlineData("a { 4}", MailLiteralKind.None, 0)]
    [InlineData("a 4}", MailLiteralKind.None, 0)]
    [InlineData("}", MailLiteralKind.None, 0)]
    [InlineData("{4", MailLiteralKind.None, 0)]
    [InlineData("{4++}", MailLiteralKind.None, 0)]
    [InlineData("", MailLiteralKind.None, 0)]
    public void Literal_EndOfLine_IsReadExactly(string line, object kind, long size)
    {
        Assert.Equal(new MailLiteral((MailLiteralKind)kind, size), MailLine.Literal(Encoding.ASCII.GetBytes(line + "\r\n")));
    }

    [Theory]
    [InlineData("a001 NOOP", "a001", "NOOP")]
    [InlineData("a]b.c-1_! LOGIN x y", "a]b.c-1_!", "LOGIN x y")]
    [InlineData("a  LOGIN", "a", " LOGIN")]
    [InlineData("a\tLOGIN", null, "")]
    [InlineData("a\tX STARTTLS", null, "STARTTLS")]
    [InlineData("a", "a", "")]
    [InlineData("a\\b NOOP", null, "NOOP")]
    [InlineData("a\"b NOOP", null, "NOOP")]
    [InlineData("%a NOOP", null, "NOOP")]
    [InlineData("{4} NOOP", null, "NOOP")]
    [InlineData(" NOOP", null, "NOOP")]
    [InlineData("", null, "")]
    public void ImapTag_Line_IsOnlyWhatMayBeEchoed(string line, string? tag, string command)
    {
        Assert.Equal(tag, ImapTag.Read(Encoding.ASCII.GetBytes(line), out var rest));
        Assert.Equal(command, Encoding.ASCII.GetString(rest));
    }

    [Fact]
    public void ImapTag_Long_IsNone() => Assert.Null(ImapTag.Read(new string('a', 65).Select(c => (byte)c).ToArray(), out _));
}
