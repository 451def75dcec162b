using System.CommandLine;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Tests.Audit.Reports;

namespace ForwardSecretProxy.Tests.Cli;

public sealed class AuditOutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fsp-audit").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", ExitCode.AllWell)]
    [InlineData("pass note unexamined warning", ExitCode.AllWell)]
    [InlineData("warning failure", ExitCode.Findings)]
    [InlineData("error", ExitCode.CouldNotRun)]
    [InlineData("warning error", ExitCode.CouldNotRun)]
    [InlineData("error failure", ExitCode.Findings)]
    public void ExitCodeOf_WhatThereIs_FailuresBeforeErrors(string each, int code)
    {
        var subjects = each.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one == "error"
            ? new AuditedSubject("a", SubjectKind.Endpoint) { Error = "refused" }
            : new AuditedSubject("a", SubjectKind.Endpoint) { Findings = [new Finding("x", Enum.Parse<FindingLevel>(one, ignoreCase: true), "y")] });

        Assert.Equal(code, AuditOutput.ExitCodeOf(SampleReports.Report([.. subjects])));
    }

    [Fact]
    public void Write_EachFormatToAFile_WritesThatAndTheVerdictsToStdout()
    {
        foreach (var format in AuditFormats.Names)
        {
            var file = new FileInfo(Path.Combine(_folder, format));

            var (code, output) = Write(new AuditOutput { Format = format, File = file }, SampleReports.Bad());

            Assert.Equal(ExitCode.Findings, code);
            Assert.Equal("old.example.org:443  F  Past sessions are readable with the server's long-term secrets.\n", output);
            Assert.True(IsOfFormat(format, File.ReadAllText(file.FullName)), format);
        }

        // Nothing else is left there: each was written beside its place and moved.
        Assert.Equal(AuditFormats.Names.Order(), Directory.EnumerateFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Write_EachFormatToStdout_IsTheSameAsInAFile()
    {
        foreach (var format in AuditFormats.Names)
            Assert.True(IsOfFormat(format, Write(new AuditOutput { Format = format }, SampleReports.Bad()).Output), format);
    }

    [Fact]
    public void Write_Baseline_IsComparedInEachFormatForPeople()
    {
        foreach (var format in (string[])["text", "html", "markdown", "json"])
        {
            var (code, output) = Write(new AuditOutput { Format = format, Baseline = SampleReports.Bad() }, SampleReports.Good());

            Assert.Equal(ExitCode.AllWell, code);
            Assert.Contains("TLS 1.0 is not spoken any more", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Write_MuchWorseThanTheBaseline_MovesNoExitCode() =>
        Assert.Equal(ExitCode.AllWell, Write(new AuditOutput { Format = "text", Baseline = SampleReports.Good() },
            SampleReports.Good() with { Subjects = [SampleReports.Good().Subjects[0] with { Verdict = new Verdict("B", PastSessions.Closed, "x") }] }).Code);

    private static bool IsOfFormat(string format, string text) => text.EndsWith('\n') && format switch
    {
        "json" => (string?)JsonNode.Parse(text)!["schema"] == AuditReport.CurrentSchema,
        "sarif" => (string?)JsonNode.Parse(text)!["version"] == "2.1.0",
        "junit" => XDocument.Parse(text).Root!.Name == "testsuites",
        "html" => text.StartsWith("<!doctype html>", StringComparison.Ordinal),
        "markdown" => text.StartsWith("## TLS audit\n", StringComparison.Ordinal),
        _ => text.StartsWith("old.example.org:443  F  ", StringComparison.Ordinal),
    };

    private static (int Code, string Output) Write(AuditOutput audit, AuditReport report)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var parsed = new RootCommand().Parse([]);
        parsed.InvocationConfiguration.Output = output;
        return (audit.Write(parsed, report), output.ToString());
    }
}
