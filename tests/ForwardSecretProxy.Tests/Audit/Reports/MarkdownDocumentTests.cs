using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Reports;

public partial class MarkdownDocumentTests
{
    [Fact]
    public void Write_BadServer_IsAsInTheFile() => GoldenFile.Check("bad.md", MarkdownDocument.Write(SampleReports.Bad()));

    [Fact]
    public void Write_ComparedConfigurations_IsAsInTheFile()
    {
        var report = SampleReports.Configuration();

        GoldenFile.Check("configuration.md", MarkdownDocument.Write(report with { Changes = BaselineComparison.Of(SampleReports.Good(), report) }));
    }

    [Fact]
    public void Write_HostileServer_HasNoMarkupOfItsOwnOutsideOfCode()
    {
        var text = CodeSpan().Replace(MarkdownDocument.Write(SampleReports.OfHostileServer()), "");

        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.DoesNotContain("](", text, StringComparison.Ordinal);
        Assert.DoesNotContain("**b**", text, StringComparison.Ordinal);
        Assert.DoesNotContain("@octocat", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# heading", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void Write_HostileServer_HasWholeTables()
    {
        var lines = MarkdownDocument.Write(SampleReports.OfHostileServer()).Split('\n');
        var first = lines.SkipWhile(line => line != "| | grade | |").TakeWhile(line => line.StartsWith('|')).ToList();

        Assert.Equal(4, first.Count);
        Assert.All(first, line => Assert.Equal(4, Bar().Count(line)));
    }

    // CommonMark 6.1: as many backticks end it as began it.
    [GeneratedRegex("(?<!`)(`+)(?!`).*?(?<!`)\\1(?!`)")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
