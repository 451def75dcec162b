using System.Globalization;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Reports;

/// <summary>The words that reports for people share.</summary>
public static class ReportWords
{
    /// <summary>A level in one or two words.</summary>
    public static string ToText(this FindingLevel level) => level switch
    {
        FindingLevel.Failure => "FAIL",
        FindingLevel.Warning => "warning",
        FindingLevel.Unexamined => "unexamined",
        FindingLevel.Note => "note",
        _ => "pass",
    };

    /// <summary>What a suite or group means, in one word.</summary>
    public static string ToText(this MatrixKind kind) => kind switch
    {
        MatrixKind.Ephemeral => "ephemeral",
        MatrixKind.PostQuantum => "post-quantum",
        MatrixKind.Static => "STATIC",
        _ => "unknown",
    };

    /// <summary>What was audited, in one line: address, versions, and how much was asked for it.</summary>
    public static string Describe(this AuditedSubject subject)
    {
        if (subject.Configuration is { } configuration)
            return $"{configuration.Software} configuration";
        if (subject.Endpoint is not { } seen)
            return "";
        var versions = seen.Versions.Where(version => version.Supported == Answer.Yes).Select(version => version.Version.ToText());
        string?[] parts =
        [
            seen.Address == seen.Host ? null : seen.Address,
            seen.ServerName is null || seen.ServerName == seen.Host ? null : $"as {seen.ServerName}",
            seen.StartTls is null ? null : $"{seen.StartTls} STARTTLS",
            string.Join(", ", versions) is { Length: > 0 } spoken ? spoken : "no version of TLS",
            string.Create(CultureInfo.InvariantCulture, $"{DisplayText.Count(seen.Connections, "connection")} in {seen.Seconds:0.0} s"),
        ];
        return DisplayText.OneLine(string.Join(" · ", parts.Where(part => part is not null)));
    }

    /// <summary>How the key shares of one version and group were: all different, or which came again.</summary>
    public static string Describe(this KeyShareObservation shares) => shares.Repeated.Count == 0
        ? $"{DisplayText.Count(shares.Samples, "key share")}, all different"
        : $"{DisplayText.Count(shares.Samples, "key share")}, {shares.Distinct} different";

    /// <summary>Where a finding is, as editors take it: <c>file:line</c>. Empty for a server.</summary>
    public static string ToText(this SourceLocation? location) => location switch
    {
        null => "",
        { Line: 0 } => DisplayText.OneLine(location.File),
        _ => string.Create(CultureInfo.InvariantCulture, $"{DisplayText.OneLine(location.File)}:{location.Line}"),
    };

    /// <summary>The mends that concern a subject: its own software's, or all of them where that is not known.</summary>
    public static IEnumerable<KeyValuePair<string, string>> MendsFor(this CheckDescription check, AuditedSubject subject) =>
        subject.Configuration is { } configuration && check.Mends.ContainsKey(configuration.Software)
            ? check.Mends.Where(mend => mend.Key == configuration.Software)
            : check.Mends;
}
