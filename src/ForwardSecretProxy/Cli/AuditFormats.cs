using System.Text.Json;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Cli;

/// <summary>What <c>--format</c> takes.</summary>
internal static class AuditFormats
{
    /// <summary>For people at a terminal.</summary>
    public const string Text = "text";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    private static readonly Dictionary<string, Func<AuditReport, string>> Documents = new()
    {
        [Json] = report => JsonSerializer.Serialize(report, JsonOutput.Options),
        ["sarif"] = SarifDocument.Write,
        ["junit"] = JUnitDocument.Write,
        ["html"] = HtmlPage.Write,
        ["markdown"] = MarkdownDocument.Write,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Text, .. Documents.Keys];

    /// <summary>A report in any format but <see cref="Text"/>, with one line end behind it.</summary>
    public static string Write(string format, AuditReport report) => Documents[format](report).TrimEnd('\n') + "\n";
}
