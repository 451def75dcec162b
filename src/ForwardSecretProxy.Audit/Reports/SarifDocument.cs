using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>
/// A report in the Static Analysis Results Interchange Format, 2.1.0 (OASIS Standard), as code hosts take it. What passed is
/// left out: some of them show every result as an alert. The sections named below are that standard's.
/// </summary>
public static class SarifDocument
{
    /// <summary>Names the way the fingerprints below are made; another way gets another number.</summary>
    public const string Fingerprint = "fspAudit/v1";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The whole document.</summary>
    public static string Write(AuditReport report)
    {
        var rules = report.Checks
            .Concat(report.Subjects.SelectMany(subject => subject.Findings).Select(finding => report.Describe(finding.Check)))
            .DistinctBy(check => check.Id).ToList();
        var run = new JsonObject
        {
            ["tool"] = new JsonObject { ["driver"] = Driver(report, rules) },
            ["invocations"] = new JsonArray(Invocation(report)),
            ["columnKind"] = "utf16CodeUnits",
            ["results"] = Array(Results(report, rules)),
        };
        return new JsonObject
        {
            ["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(run),
        }.ToJsonString(Options);
    }

    private static JsonObject Driver(AuditReport report, IEnumerable<CheckDescription> rules) => new()
    {
        ["name"] = "fsp audit",
        ["fullName"] = report.Tool,
        ["rules"] = Array(rules.Select(Rule)),
    };

    // Section 3.49.
    private static JsonObject Rule(CheckDescription check)
    {
        var rule = new JsonObject
        {
            ["id"] = check.Id,
            ["shortDescription"] = Text(check.Title),
            ["properties"] = new JsonObject { ["tags"] = new JsonArray("security", "tls", "forward-secrecy") },
        };
        if (check.Why.Length > 0)
            rule["fullDescription"] = Text(check.Why);
        if (Help(check) is { Length: > 0 } help)
            rule["help"] = Text(help);
        return rule;
    }

    private static string Help(CheckDescription check)
    {
        var mends = check.Mends.Select(mend => $"{mend.Key}: {mend.Value}");
        var references = check.References.Count == 0 ? [] : (string[])[$"See {string.Join("; ", check.References)}."];
        return string.Join("\n", mends.Concat(references));
    }

    // Section 3.20: what could not be audited is no result, but a notice of the tool's own.
    private static JsonObject Invocation(AuditReport report)
    {
        var errors = report.Subjects.Where(subject => subject.Error is not null).ToList();
        return new JsonObject
        {
            ["executionSuccessful"] = errors.Count == 0,
            ["endTimeUtc"] = report.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["toolExecutionNotifications"] = Array(errors.Select(subject => new JsonObject
            {
                ["level"] = "error",
                ["message"] = Text($"{subject.Name}: {subject.Error}"),
            })),
        };
    }

    private static IEnumerable<JsonObject> Results(AuditReport report, List<CheckDescription> rules)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (subject, finding) in report.Subjects.SelectMany(subject => subject.WorstFirst.Select(finding => (subject, finding))))
        {
            var identity = Identity(subject, finding);
            var before = seen[identity] = seen.GetValueOrDefault(identity) + 1;
            yield return new JsonObject
            {
                ["ruleId"] = finding.Check,
                ["ruleIndex"] = rules.FindIndex(rule => rule.Id == finding.Check),
                ["kind"] = finding.Level == FindingLevel.Unexamined ? "open" : "fail",
                ["level"] = Level(finding.Level),
                ["message"] = Text(Message(subject, finding)),
                ["locations"] = new JsonArray(Location(subject, finding.Location)),
                ["partialFingerprints"] = new JsonObject { [Fingerprint] = Hash($"{identity}\n{before}") },
            };
        }
    }

    // Section 3.27.10: a kind other than "fail" has the level "none".
    private static string Level(FindingLevel level) => level switch
    {
        FindingLevel.Failure => "error",
        FindingLevel.Warning => "warning",
        FindingLevel.Note => "note",
        _ => "none",
    };

    private static string Message(AuditedSubject subject, Finding finding) =>
        string.Join("\n", finding.Evidence.Prepend($"{subject.Name}: {finding.Message}").Select(DisplayText.OneLine));

    /// <summary>
    /// A server is a logical location. It gets a physical one too, a relative address that no file has, because code hosts
    /// refuse a whole document for one result without.
    /// </summary>
    private static JsonObject Location(AuditedSubject subject, SourceLocation? location)
    {
        var artifact = new JsonObject { ["uri"] = Address(subject, location) };
        if (subject.Kind == SubjectKind.Endpoint)
            artifact["description"] = Text($"the server {subject.Name}, which is no file");
        var physical = new JsonObject { ["artifactLocation"] = artifact };
        if (location is { Line: > 0 })
            physical["region"] = new JsonObject { ["startLine"] = location.Line };
        var result = new JsonObject { ["physicalLocation"] = physical };
        if (subject.Kind == SubjectKind.Endpoint)
        {
            result["logicalLocations"] = new JsonArray(
                new JsonObject { ["fullyQualifiedName"] = subject.Name, ["kind"] = "resource" });
        }

        return result;
    }

    private static string Address(AuditedSubject subject, SourceLocation? location)
    {
        var path = location?.File ?? subject.Name;
        return Path.IsPathRooted(path) ? new Uri(path).AbsoluteUri : string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
    }

    // Without the numbers in it (days that are left, how often something came), which change from day to day.
    private static string Identity(AuditedSubject subject, Finding finding) => string.Join('\n',
        finding.Check, subject.Name, finding.Location?.File, string.Concat(finding.Message.Where(each => !char.IsAsciiDigit(each))));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    private static JsonObject Text(string text) => new() { ["text"] = text };

    private static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);
}
