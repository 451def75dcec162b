using System.Xml.Linq;
using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

public class BenchPageTests
{
    [Fact]
    public void Page_WithComparison_NeedsNothingFromOutsideAndRunsNothing()
    {
        var page = Page(Documents.Of(1000));

        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"http", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("within the noise", page, StringComparison.Ordinal);
        Assert.Equal(3, Charts(page).Count);
    }

    [Fact]
    public void Page_HostileText_IsEscaped()
    {
        const string evil = "<script>alert('x')</script>\"&";
        var document = Documents.Of(1000);
        var page = Page(document with
        {
            Parameters = document.Parameters with { Request = evil, ServerName = evil, Target = evil },
            Errors = [new BenchError(BenchErrorKind.StartTlsRefused, evil, 1, evil)],
            Negotiated = [new BenchNegotiated(evil, evil, evil, evil, false, 1)],
        });

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_NothingDone_HasErrorsAndNoLatencies()
    {
        var document = Documents.Of(0);
        var page = new BenchPage(document with
        {
            Latencies = [],
            Series = new BenchSeries(0.5, [0, 0], [10, 20]),
            Errors = [new BenchError(BenchErrorKind.ConnectRefused, "", 30, "Connection refused")],
        }, before: null).ToString();

        Assert.Contains("connection refused", page, StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(Charts(page)).Descendants("rect").Count());
    }

    [Theory]
    [InlineData(0.0004)]
    [InlineData(1)]
    [InlineData(1999)]
    [InlineData(1e9)]
    public void Scale_AnyMaximum_HasAFewRoundTicksThatHoldIt(double most)
    {
        var scale = PlotScale.Linear("", most);

        Assert.InRange(scale.Ticks.Count, 2, 8);
        Assert.True(scale.Ticks[^1].Value >= most * 0.999);
        Assert.InRange(scale.Place(most), 0, 1);
    }

    private static string Page(BenchDocument document)
    {
        var before = Documents.Of(1000);
        return new BenchPage(document with { Comparison = BenchComparison.Of(before, document) }, before).ToString();
    }

    // Each is parsed as XML, so a mark that is not closed or a number that is none would show.
    private static List<XElement> Charts(string page) =>
    [
        .. page.Split("<svg").Skip(1).Select(part => XElement.Parse("<svg" + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)])),
    ];
}
