using System.CommandLine;
using System.Text;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Cli;

/// <summary>Where an audit goes, and what the command's caller is told of it.</summary>
internal sealed record AuditOutput
{
    /// <summary>The program, as reports name it.</summary>
    public static string Tool { get; } = $"fsp {ProductVersion.Current}";

    /// <summary>One of <see cref="AuditFormats.Names"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The file; null for stdout.</summary>
    public FileInfo? File { get; init; }

    /// <summary>Whether text says all.</summary>
    public bool IsVerbose { get; init; }

    /// <summary>What to compare with.</summary>
    public AuditReport? Baseline { get; init; }

    /// <summary>Writes it.</summary>
    /// <returns>The exit code.</returns>
    public int Write(ParseResult parsed, AuditReport report)
    {
        if (Baseline is not null)
            report = report with { Changes = BaselineComparison.Of(Baseline, report) };
        if (File is null)
            WriteOut(parsed, report);
        else
            WriteFile(parsed, File, report);
        return ExitCodeOf(report);
    }

    /// <summary>
    /// A failure is worth more than a server that could not be reached; and that is worth more than nothing: it must not look
    /// as if all were well.
    /// </summary>
    internal static int ExitCodeOf(AuditReport report)
    {
        if (report.Subjects.Any(subject => subject.At(FindingLevel.Failure).Any()))
            return ExitCode.Findings;
        return report.Subjects.Any(subject => subject.Error is not null) ? ExitCode.CouldNotRun : ExitCode.AllWell;
    }

    private void WriteOut(ParseResult parsed, AuditReport report)
    {
        if (Format == AuditFormats.Text)
            AuditTextReport.Write(Terminal.Output(parsed), report, IsVerbose);
        else
            parsed.InvocationConfiguration.Output.Write(AuditFormats.Write(Format, report));
    }

    private void WriteFile(ParseResult parsed, FileInfo file, AuditReport report)
    {
        AtomicFile.Replace(file.FullName,
            Encoding.UTF8.GetBytes(Format == AuditFormats.Text ? Text(report) : AuditFormats.Write(Format, report)));
        AuditTextReport.WriteVerdicts(Terminal.Output(parsed), report);
    }

    private string Text(AuditReport report)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        AuditTextReport.Write(Terminal.Plain(writer), report, IsVerbose);
        return writer.ToString();
    }
}
