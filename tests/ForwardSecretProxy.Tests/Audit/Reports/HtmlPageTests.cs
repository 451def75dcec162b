using System.Text.RegularExpressions;
using System.Xml.Linq;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Reports;

public partial class HtmlPageTests
{
    [Fact]
    public void Write_BadServer_SaysTheVerdictBeforeAllElse()
    {
        var page = HtmlPage.Write(SampleReports.Bad());

        var grade = page.IndexOf("<b class=\"grade\">F</b>", StringComparison.Ordinal);
        var verdict = page.IndexOf("<h1>Past sessions are readable", StringComparison.Ordinal);
        Assert.InRange(grade, 1, verdict);
        Assert.InRange(verdict, grade, page.IndexOf("<h2>Findings", StringComparison.Ordinal));
        Assert.Contains("ssl_ciphers ECDHE", page, StringComparison.Ordinal);
        Assert.Contains("What could not be learnt", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_BadServer_PicturesSuitesGroupsAndKeyShares()
    {
        var page = HtmlPage.Write(SampleReports.Bad());

        var matrix = XElement.Parse(page[page.IndexOf("<table", StringComparison.Ordinal)..(page.IndexOf("</table>", StringComparison.Ordinal) + 8)]
            .Replace("<wbr>", "", StringComparison.Ordinal));
        Assert.Equal(["", "TLS 1.0", "TLS 1.2"], matrix.Descendants("thead").Single().Descendants("th").Select(each => each.Value));
        Assert.Equal(
            [
                "TLS_RSA_WITH_AES_128_GCM_SHA256||Static1",
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256||Ephemeral2",
                "TLS_RSA_WITH_AES_128_CBC_SHA|Static1|Static3",
            ],
            matrix.Descendants("tbody").Single().Elements("tr").Select(row => string.Join('|', row.Elements().Select(cell => (string?)cell.Attribute("class") + cell.Value))));
        var svg = XElement.Parse(page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        Assert.Equal(12, svg.Elements("rect").Count(square => (string)square.Attribute("class")! == "Static"));
        Assert.Equal(4, svg.Elements("rect").Count(square => (string)square.Attribute("class")! == "Ephemeral"));
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void Write_AnyReport_NeedsNothingFromOutsideAndRunsNothing(string name)
    {
        var page = HtmlPage.Write(Sample(name));

        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{body}}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(Resource(), page);
    }

    // Read as XML, so that a text that ended an element or an attribute would show as an element or attribute.
    [Fact]
    public void Write_HostileServer_HasNoElementNorAttributeThatAHarmlessOneHasNot()
    {
        var hostile = Elements(HtmlPage.Write(SampleReports.OfHostileServer()));
        var harmless = Elements(HtmlPage.Write(SampleReports.Bad()))
            .Concat(Elements(HtmlPage.Write(SampleReports.Configuration())))
            .Concat(Elements(HtmlPage.Write(SampleReports.Good() with { Changes = new BaselineComparison(SampleReports.At, [new BaselineChange("", true, "")]) })))
            .Append("a href").Append("h2 class id");

        Assert.Empty(hostile.Except(harmless));
    }

    [Fact]
    public void Write_HostileServer_HasNoControlCharacters()
    {
        var page = HtmlPage.Write(SampleReports.OfHostileServer());

        Assert.DoesNotContain("&#x1B;", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("&#x202E;", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("{{style}}", page, StringComparison.Ordinal);
    }

    public static TheoryData<string> Reports => ["bad", "good", "configuration", "hostile"];

    private static List<string> Elements(string page)
    {
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..(page.IndexOf("</body>", StringComparison.Ordinal) + 7)]
            .Replace("<wbr>", "", StringComparison.Ordinal).Replace("<br>", "", StringComparison.Ordinal)
            .Replace(" open>", ">", StringComparison.Ordinal);
        return
        [
            .. XElement.Parse(body).DescendantsAndSelf()
                .Select(each => string.Join(' ', each.Attributes().Select(attribute => attribute.Name.LocalName).Prepend(each.Name.LocalName))).Distinct(),
        ];
    }

    private static AuditReport Sample(string name) => name switch
    {
        "bad" => SampleReports.Bad(),
        "good" => SampleReports.Good(),
        "configuration" => SampleReports.Configuration(),
        _ => SampleReports.OfHostileServer(),
    };

    [GeneratedRegex("""<[^>]*\s(src|srcset|action|style|on\w+)\s*=|<[^>]*\shref="(?!#|data:)""", RegexOptions.IgnoreCase)]
    private static partial Regex Resource();
}
