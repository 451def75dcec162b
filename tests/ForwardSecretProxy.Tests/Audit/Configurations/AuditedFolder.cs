using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Auditing;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

/// <summary>A configuration from <c>Data</c>, audited; and how to ask about the result.</summary>
internal sealed class AuditedFolder : IDisposable
{
    public AuditedFolder(string? data, string file, string? software = null, Action<ConfigurationFolder>? change = null)
    {
        Folder = new ConfigurationFolder(data is null ? null : DataPath(data));
        change?.Invoke(Folder);
        Subject = ConfigurationAuditor.Audit(Folder.PathOf(file), software, new OpenSslExpander());
    }

    public ConfigurationFolder Folder { get; }

    public AuditedSubject Subject { get; }

    public ConfigurationObservation Seen => Subject.Configuration!;

    public static string DataPath(string name) =>
        Path.Combine(Repository.PathOf("tests/ForwardSecretProxy.Tests/Audit/Configurations/Data"), name);

    /// <summary>The one service whose name has this in it.</summary>
    public ServiceObservation Service(string name) =>
        Assert.Single(Seen.Services, service => service.Name.Contains(name, StringComparison.Ordinal));

    /// <summary>Asserts that a check found something at the line in which a text stands first.</summary>
    public Finding Found(string check, FindingLevel level, PastSessions past, string file, string lineText)
    {
        var location = new SourceLocation(Folder.PathOf(file), Folder.LineOf(file, lineText));
        Assert.NotEqual(0, location.Line);
        var all = Subject.Findings.Where(finding => finding.Check == check).ToList();
        return Assert.Single(all, finding => (finding.Level, finding.PastSessions, finding.Location) == (level, past, location));
    }

    /// <summary>Asserts that every check passed, but for notes of some.</summary>
    public void IsClean(params string[] checksWithNotes)
    {
        Assert.Null(Subject.Error);
        Assert.All(Subject.Findings, finding => Assert.True(
            finding.Level == FindingLevel.Pass || (finding.Level == FindingLevel.Note && checksWithNotes.Contains(finding.Check)), finding.ToString()));
        Assert.Equal(
            ConfigurationAuditor.Checks.Select(check => check.Id).Order(),
            Subject.Findings.Select(finding => finding.Check).Distinct().Order());
        Assert.Equal("A", Subject.Verdict!.Grade);
        Assert.Equal(PastSessions.Closed, Subject.Verdict.PastSessions);
    }

    public void Dispose() => Folder.Dispose();
}
