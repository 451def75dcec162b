using System.Xml.Linq;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Reports;

public class JUnitDocumentTests
{
    [Fact]
    public void Write_BadServer_HasACaseForEachCheck()
    {
        var suites = XElement.Parse(JUnitDocument.Write(SampleReports.Bad()));
        var suite = Assert.Single(suites.Elements("testsuite"));

        Assert.Equal(
            ["static-key-exchange failure", "ephemeral-key-reuse failure", "tls12-tickets system-out", "renegotiation skipped", "heartbeat "],
            suite.Elements("testcase").Select(each => $"{(string)each.Attribute("name")!} {each.Elements().FirstOrDefault()?.Name}"));
        Assert.All((XElement[])[suites, suite], each => Assert.Equal((5, 2, 0, 1),
            ((int)each.Attribute("tests")!, (int)each.Attribute("failures")!, (int)each.Attribute("errors")!, (int)each.Attribute("skipped")!)));
        Assert.Contains("ssl_ciphers", suite.Descendants("failure").First().Value, StringComparison.Ordinal);
        Assert.Equal("The server takes 1 suite with static key exchange, and prefers it.",
            (string)suite.Descendants("failure").First().Attribute("message")!);
    }

    [Fact]
    public void Write_SubjectWithError_IsAnError()
    {
        var suites = XElement.Parse(JUnitDocument.Write(SampleReports.Configuration()));

        Assert.Equal("1", (string)suites.Attribute("errors")!);
        Assert.Equal("there is no such file", suites.Descendants("error").Single().Value);
        Assert.Contains("a b.conf:12: The ticket key", suites.Descendants("failure").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_HostileServer_IsTextWithoutCharactersThatXmlLacks()
    {
        var text = JUnitDocument.Write(SampleReports.OfHostileServer());

        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.StartsWith("<script>alert(1)</script>", (string)XElement.Parse(text).Element("testsuite")!.Attribute("name")!, StringComparison.Ordinal);
    }

    // No theory: an attribute cannot hold half a pair.
    [Fact]
    public void Write_CharactersXmlLacks_BecomeQuestionMarks()
    {
        Assert.Equal("\ud83d\ude00", NameOf("\ud83d\ude00"));
        Assert.Equal("a?", NameOf("a\ud83d"));
        Assert.Equal("?b", NameOf("\ude00b"));
        Assert.Equal("??x", NameOf("\ud83d\ud83dx"));
        Assert.Equal("??", NameOf("\0\ufffe"));
    }

    private static string NameOf(string name)
    {
        var report = SampleReports.Report(new AuditedSubject(name, SubjectKind.Endpoint));
        return (string)XElement.Parse(JUnitDocument.Write(report)).Element("testsuite")!.Attribute("name")!;
    }
}
