using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Tests.Audit.Reports;

/// <summary>What SARIF 2.1.0 demands (section numbers are its own), and what code hosts demand beyond that.</summary>
public class SarifDocumentTests
{
    [Theory]
    [MemberData(nameof(Reports))]
    public void Write_AnyReport_IsAsTheStandardDemands(string name)
    {
        var document = Write(name);

        Assert.Equal("2.1.0", (string)document["version"]!);
        var run = Assert.Single(document["runs"]!.AsArray())!;
        var rules = run["tool"]!["driver"]!["rules"]!.AsArray();
        Assert.NotEmpty((string)run["tool"]!["driver"]!["name"]!);
        // 3.19.23: rules are unique.
        Assert.Equal(rules.Count, rules.Select(rule => (string)rule!["id"]!).Distinct().Count());
        // 3.20.14; 3.20.8 and 3.9: a date and time in UTC.
        var invocation = Assert.Single(run["invocations"]!.AsArray())!;
        Assert.IsType<bool>((bool)invocation["executionSuccessful"]!, exactMatch: true);
        Assert.EndsWith("Z", (string)invocation["endTimeUtc"]!, StringComparison.Ordinal);
        Assert.True(DateTimeOffset.TryParse((string)invocation["endTimeUtc"]!, CultureInfo.InvariantCulture, out _));
        Assert.All(run["results"]!.AsArray(), result => Demand(result!, rules));
    }

    [Fact]
    public void Write_BadServer_HasLevelsAndLeavesOutWhatPassed()
    {
        var results = Write("bad")["runs"]![0]!["results"]!.AsArray();

        Assert.Equal(
            ["static-key-exchange error fail", "ephemeral-key-reuse error fail", "tls12-tickets warning fail", "renegotiation none open"],
            results.Select(result => $"{result!["ruleId"]} {result["level"]} {result["kind"]}"));
        Assert.Equal("old.example.org:443", (string)results[0]!["locations"]![0]!["logicalLocations"]![0]!["fullyQualifiedName"]!);
        Assert.Contains("TLS_RSA_WITH_AES_128_GCM_SHA256", (string)results[0]!["message"]!["text"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Configuration_HasFilesLinesAndTheErrorAsNotice()
    {
        var run = Write("configuration")["runs"]![0]!;
        var first = run["results"]![0]!["locations"]![0]!["physicalLocation"]!;
        var second = run["results"]![1]!["locations"]![0]!["physicalLocation"]!;

        Assert.Equal("file:///etc/nginx/conf.d/a%20b.conf", (string)first["artifactLocation"]!["uri"]!);
        Assert.Equal(12, (int)first["region"]!["startLine"]!);
        Assert.Equal("conf/site.conf", (string)second["artifactLocation"]!["uri"]!);
        Assert.Null(second["region"]);
        Assert.False((bool)run["invocations"]![0]!["executionSuccessful"]!);
        Assert.Contains("missing.conf", run["invocations"]![0]!["toolExecutionNotifications"]![0]!["message"]!["text"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprint_NumbersMove_StaysTheSameAndElseDiffers()
    {
        var first = Fingerprints("expires in 12 days", "another");

        Assert.Equal(first, Fingerprints("expires in 9 days", "another"));
        Assert.NotEqual(first[0], Fingerprints("has expired", "another")[0]);
        Assert.Equal(2, Fingerprints("twice", "twice").Distinct().Count());
    }

    public static TheoryData<string> Reports => ["bad", "good", "configuration", "hostile"];

    private static void Demand(JsonNode result, JsonArray rules)
    {
        // 3.27.6: the index is that of the rule with the id.
        Assert.Equal((string)result["ruleId"]!, (string)rules[(int)result["ruleIndex"]!]!["id"]!);
        Assert.Contains((string)result["kind"]!, (string[])["pass", "open", "informational", "notApplicable", "review", "fail"]);
        Assert.Contains((string)result["level"]!, (string[])["none", "note", "warning", "error"]);
        // 3.27.10: only failures have a level.
        Assert.Equal((string)result["kind"]! == "fail", (string)result["level"]! != "none");
        Assert.NotEmpty((string)result["message"]!["text"]!);
        var location = Assert.Single(result["locations"]!.AsArray())!;
        // 3.4.3 and RFC 3986; code hosts refuse results that have only a logical location.
        var address = (string)location["physicalLocation"]!["artifactLocation"]!["uri"]!;
        Assert.True(Uri.IsWellFormedUriString(address, UriKind.RelativeOrAbsolute), address);
        Assert.True(!Uri.TryCreate(address, UriKind.Absolute, out var absolute) || absolute.IsFile, address);
        // 3.30.5: lines count from 1.
        Assert.True(location["physicalLocation"]!["region"]?["startLine"] is not { } line || (int)line >= 1);
        Assert.Equal(32, ((string)result["partialFingerprints"]![SarifDocument.Fingerprint]!).Length);
    }

    private static List<string> Fingerprints(params string[] messages)
    {
        var subject = new AuditedSubject("a:443", SubjectKind.Endpoint)
        {
            Findings = [.. messages.Select(message => new Finding("certificate", FindingLevel.Warning, message))],
        };
        return
        [
            .. JsonNode.Parse(SarifDocument.Write(SampleReports.Report(subject)))!["runs"]![0]!["results"]!.AsArray()
                .Select(result => (string)result!["partialFingerprints"]![SarifDocument.Fingerprint]!),
        ];
    }

    private static JsonNode Write(string name) => JsonNode.Parse(SarifDocument.Write(name switch
    {
        "bad" => SampleReports.Bad(),
        "good" => SampleReports.Good(),
        "configuration" => SampleReports.Configuration(),
        _ => SampleReports.OfHostileServer(),
    }))!;
}
