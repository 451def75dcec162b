using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.MtaSts;

namespace ForwardSecretProxy.Tests.MtaSts;

public class MtaStsPolicyReaderTests
{
    private const string Good = "version: STSv1\nmode: enforce\nmx: mail.example.com\nmx: *.example.net\nmax_age: 604800\n";

    [Theory]
    [InlineData(Good)]
    [InlineData("version: STSv1\r\nmode: testing\r\nmx: mail.example.com\r\nmax_age: 0\r\n")]
    [InlineData("version:STSv1\nmode:\tnone \nmax_age: 31557600 \t")]
    [InlineData("version: STSv1\nmode: none\nmax_age: 0031557600\nx-9.a_b: \u00fc and more: of it\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: MAIL.Example.com\nmx: xn--bcher-kva.example\nmax_age: 1\n")]
    public void Check_Policy_HasNoProblem(string policy) => Assert.Empty(Check(policy));

    [Theory]
    [InlineData("version: STSv1", "version: STSv2", 1, "version is \"STSv2\"")]
    [InlineData("version: STSv1", "v=STSv1; id=1", 1, "not a field")]
    [InlineData("version: STSv1\n", "", 0, "no version")]
    [InlineData("mode: enforce\n", "", 0, "no mode")]
    [InlineData("max_age: 604800\n", "", 0, "no max_age")]
    [InlineData("mx: mail.example.com\nmx: *.example.net\n", "", 0, "no mx")]
    [InlineData("mode: enforce", "mode: Enforce", 2, "mode is \"Enforce\"")]
    [InlineData("mode: enforce", "mode: enforce\nmode: testing", 3, "a second time, after line 2")]
    [InlineData("mode: enforce", "mode : enforce", 2, "not a field")]
    [InlineData("mode: enforce", " mode: enforce", 2, "not a field")]
    [InlineData("mode: enforce", "mode: enforce\n", 3, "it is empty")]
    [InlineData("mode: enforce", "mode: enforce\n \t", 3, "it is empty")]
    [InlineData("mode: enforce\n", "mode: enforce\r", 2, "carriage return")]
    [InlineData("mode: enforce", "mode: enforce\r\r", 2, "carriage return")]
    [InlineData("mode: enforce", "mode: enforce\0", 2, "control character")]
    [InlineData("mode: enforce", "mode: enforce\nnote:", 3, "value of note is empty")]
    [InlineData("mode: enforce", "mode: enforce\nnote: a\tb", 3, "value of note is empty or holds a tabulator")]
    [InlineData("mode: enforce", "mode: enforce\nna me: a", 3, "not a field")]
    [InlineData("mode: enforce", "mode: enforce\na23456789012345678901234567890123: a", 3, "not a field")]
    [InlineData("604800", "31557601", 5, "max_age is")]
    [InlineData("604800", "00000604800", 5, "max_age is")]
    [InlineData("604800", "-1", 5, "max_age is")]
    [InlineData("604800", "+1", 5, "max_age is")]
    [InlineData("604800", "7d", 5, "max_age is")]
    [InlineData("604800", "", 5, "max_age is")]
    [InlineData("mail.example.com", "mail.example.com.", 3, "mx is")]
    [InlineData("mail.example.com", "10 mail.example.com", 3, "mx is")]
    [InlineData("mail.example.com", "192.0.2.1", 3, "mx is")]
    [InlineData("mail.example.com", "b\u00fccher.example", 3, "mx is")]
    [InlineData("mail.example.com", "*", 3, "mx is")]
    [InlineData("mail.example.com", "m*.example.com", 3, "mx is")]
    [InlineData("version", "\ufeffversion", 1, "byte order mark")]
    public void Check_Mistake_HasItsLineAndAMend(string part, string replacement, int line, string message)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);

        var problems = Check(Good.Replace(part, replacement, StringComparison.Ordinal));

        var problem = problems[0];
        Assert.Equal(line, problem.Line);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
        Assert.Equal(ConfigurationProblemSeverity.Error, problem.Severity);
    }

    [Fact]
    public void Check_VersionElsewhere_IsAWarning()
    {
        var problem = Assert.Single(Check("mode: none\nversion: STSv1\nmax_age: 1\n"));

        Assert.Equal((2, ConfigurationProblemSeverity.Warning), (problem.Line, problem.Severity));
    }

    [Fact]
    public void Check_NotUtf8_HasItsLine()
    {
        byte[] policy = [.. Encoding.UTF8.GetBytes(Good), .. "note: "u8, 0xFF, (byte)'\n'];

        Assert.Equal(6, Assert.Single(MtaStsPolicyReader.Check(policy)).Line);
    }

    [Fact]
    public void Check_SizeLimit_IsExact()
    {
        var filler = string.Concat(Enumerable.Repeat("note-1: x\n", 10_000));
        var room = MtaStsPolicyReader.MaxBytes - Good.Length - "a: \n".Length;

        Assert.Empty(Check(Good + "a: " + new string('x', room) + "\n"));
        var problem = Assert.Single(Check(Good + "a: " + new string('x', room + 1) + "\n"));
        Assert.Contains("larger than 64 KiB", problem.Message, StringComparison.Ordinal);
        Assert.Single(Check(filler));
    }

    [Fact]
    public void Check_AllWrong_StopsAtTen() 
    {
        Assert.Equal(10, Check(new string('\n', 1000)).Count);
        // Nine lines, and four fields that are not there.
        Assert.Equal(10, Check(new string('\n', 9)).Count);
    }

    /// <summary>Cut off anywhere, with either line end: what is taken is what the RFC's grammar, as a pattern, takes.</summary>
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void Check_EachTruncation_AgreesWithTheGrammar(string lineEnd)
    {
        var policy = "version: STSv1\nmode: testing\nmax_age: 604800\nmx: *.example.net\nmx: a-1.example.com\nnote: x y\n"
            .ReplaceLineEndings(lineEnd);
        var taken = 0;
        for (var length = 0; length <= policy.Length; length++)
        {
            var cut = policy[..length];
            var isPolicy = Grammar.IsMatch(cut) && RequiredFields.All(field => cut.Contains(field, StringComparison.Ordinal));
            taken += isPolicy ? 1 : 0;
            Assert.True(isPolicy == (Check(cut).Count == 0), length.ToString(CultureInfo.InvariantCulture) + string.Join('\n', Check(cut)));
        }
        Assert.InRange(taken, 20, policy.Length / 2);
    }

    private static readonly string[] RequiredFields = ["version:", "mode:", "max_age:", "mx:"];

    private static IReadOnlyList<MtaStsProblem> Check(string policy) => MtaStsPolicyReader.Check(Encoding.UTF8.GetBytes(policy));

    private const string Field = @"(version:[ \t]*STSv1|mode:[ \t]*(testing|enforce|none)|max_age:[ \t]*[0-9]{1,10}"
        + @"|mx:[ \t]*(\*\.(?=[^\r\n]+\.[^\r\n]))?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?"
        + @"|note:[ \t]*[!-~]([ !-~]*[!-~])?)[ \t]*";

    private static readonly Regex Grammar = new(
        @"\A" + Field + @"(\r?\n" + Field + @")*(\r?\n)?\z", RegexOptions.CultureInvariant);
}
