using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Tests.Audit.Reports;
using Spectre.Console;

namespace ForwardSecretProxy.Tests.Cli;

public class AuditTextReportTests
{
    [Fact]
    public void Write_BadServer_IsAsInTheFile() => GoldenFile.Check("bad.txt", Write(SampleReports.Bad()));

    [Fact]
    public void Write_MendedServerVerbose_IsAsInTheFile()
    {
        var report = SampleReports.Good() with { Changes = BaselineComparison.Of(SampleReports.Bad(), SampleReports.Good()) };

        // The certificate is made anew each time.
        var lines = Write(report, isVerbose: true).Split('\n').Where(line => !line.Contains("certificate", StringComparison.Ordinal));
        GoldenFile.Check("good-verbose.txt", string.Join('\n', lines));
    }

    [Fact]
    public void Write_Configuration_IsAsInTheFile() => GoldenFile.Check("configuration.txt", Write(SampleReports.Configuration()));

    [Fact]
    public void Write_HostileServer_HasNoTerminalSequences()
    {
        var text = Write(SampleReports.OfHostileServer(), isVerbose: true);

        Assert.DoesNotContain(text, each => char.IsControl(each) && each != '\n');
        Assert.DoesNotContain('\u202e', text);
        Assert.Contains("<script>alert(1)</script>", text, StringComparison.Ordinal);
    }

    private static string Write(AuditReport report, bool isVerbose = false)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = 10_000;
        AuditTextReport.Write(console, report, isVerbose);
        return string.Join('\n', writer.ToString().Split('\n').Select(line => line.TrimEnd()));
    }
}
