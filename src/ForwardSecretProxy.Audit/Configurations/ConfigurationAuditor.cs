using ForwardSecretProxy.Audit.Configurations.Apache;
using ForwardSecretProxy.Audit.Configurations.Checks;
using ForwardSecretProxy.Audit.Configurations.Dovecot;
using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Configurations.HaProxy;
using ForwardSecretProxy.Audit.Configurations.Nginx;
using ForwardSecretProxy.Audit.Configurations.Postfix;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>Audits the configuration files of other servers, as they are found in the field.</summary>
public static class ConfigurationAuditor
{
    private static readonly IConfigurationReader[] Readers =
        [new NginxReader(), new HaProxyReader(), new ApacheReader(), new PostfixReader(), new DovecotReader()];

    // What a folder is searched for; HAProxy's own way with folders comes last.
    private static readonly string[] MainFiles =
        ["nginx.conf", "haproxy.cfg", "apache2.conf", "httpd.conf", "conf/httpd.conf", "main.cf", "dovecot.conf"];

    /// <summary>The programs whose configuration can be read.</summary>
    public static IReadOnlyList<string> Software { get; } = [.. Readers.Select(reader => reader.Software)];

    /// <summary>What is looked for.</summary>
    public static IReadOnlyList<CheckDescription> Checks { get; } = [.. ConfigurationChecks.All.Select(check => check.Description)];

    /// <summary>Reads and judges one configuration. What keeps it from that is in <see cref="AuditedSubject.Error"/>.</summary>
    /// <param name="file">Its main file, a part of it, or the folder of its main file.</param>
    /// <param name="software">One of <see cref="Software"/>; null to tell by what stands in it.</param>
    /// <param name="expander">Knows OpenSSL's cipher strings.</param>
    /// <param name="policy">What it is judged by beside the checks; null for nothing.</param>
    public static AuditedSubject Audit(string file, string? software, ICipherStringExpander expander, Profile? policy = null) =>
        Audit([file], software, expander, policy);

    /// <summary>The same for a configuration that begins in several files, as HAProxy's can.</summary>
    public static AuditedSubject Audit(
        IReadOnlyList<string> files, string? software, ICipherStringExpander expander, Profile? policy = null)
    {
        var subject = new AuditedSubject(string.Join(' ', files), SubjectKind.Configuration);
        try
        {
            var observation = Observe(files, software, expander);
            if (observation.Services.Count == 0)
                return subject with { Configuration = observation, Error = NothingFound(observation) };

            var (verdict, findings) = Conclude(Judge(observation).Concat(policy is null ? [] : ProfileJudge.Judge(policy, observation)));
            return subject with { Configuration = observation, Findings = findings, Verdict = verdict };
        }
        catch (ConfigurationUnreadableException exception)
        {
            return subject with { Error = exception.Message };
        }
    }

    /// <summary>Puts every check's question to a configuration that was read.</summary>
    public static IEnumerable<Finding> Judge(ConfigurationObservation observation) =>
        ConfigurationChecks.All.SelectMany(check => check.Examine(observation));

    /// <summary>The findings in order, and the verdict on a configuration.</summary>
    public static Judgement Conclude(IEnumerable<Finding> findings) => ConfigurationVerdict.Of(findings);

    /// <summary>Reads a configuration without judging it.</summary>
    /// <exception cref="ConfigurationUnreadableException">It cannot be read, or nobody knows whose it is.</exception>
    public static ConfigurationObservation Observe(IReadOnlyList<string> files, string? software, ICipherStringExpander expander)
    {
        IReadOnlyList<string> found = [.. files.Select(file => MainFile(file, software))];
        var reader = Find(software ?? Recognise(found[0]) ?? throw Unrecognised(found[0]));
        if (found.Count > 1 && reader.Software != "haproxy")
            throw new ConfigurationUnreadableException(
                $"A configuration of {reader.Software} begins in one file, and there are {found.Count}.");

        var sources = new SourceFiles();
        var services = reader.Read(found, new ReadingContext(sources, expander));
        return new ConfigurationObservation(reader.Software)
        {
            At = DateTimeOffset.UtcNow,
            Files = sources.Read,
            Services = services,
            Gaps = sources.Gaps,
        };
    }

    /// <summary>
    /// Whose configuration a file or folder seems to be: one of <see cref="Software"/>, <c>fsp</c>, or null for nobody's.
    /// </summary>
    /// <exception cref="ConfigurationUnreadableException">It cannot be read.</exception>
    public static string? Recognise(string path) => Directory.Exists(path)
        ? MainFile(path, null) is var file && file == path ? "haproxy" : Recognise(file)
        : SoftwareRecognition.Recognise(new SourceFiles().ReadFirst(path));

    private static IConfigurationReader Find(string software) =>
        Array.Find(Readers, reader => reader.Software.Equals(software, StringComparison.OrdinalIgnoreCase))
        ?? throw new ConfigurationUnreadableException(
            $"Configurations of {software} cannot be read; known are {string.Join(", ", Software)}.");

    private static string MainFile(string path, string? software)
    {
        if (!Directory.Exists(path)) return path;
        var candidates = MainFiles.Select(name => Path.Combine(path, name)).Where(File.Exists).ToList();
        if (candidates.Count == 1) return candidates[0];
        if (software == "haproxy" || (candidates.Count == 0 && Directory.EnumerateFiles(path, "*.cfg").Any())) return path;
        throw new ConfigurationUnreadableException(candidates.Count == 0
            ? $"{path} is a directory without a main file that is known ({string.Join(", ", MainFiles)}). Name the file."
            : $"{path} is a directory with several main files. Name one of {string.Join(", ", candidates)}.");
    }

    private static ConfigurationUnreadableException Unrecognised(string path) =>
        new($"{path} does not look like a configuration of {string.Join(", ", Software)}. If it is one, say whose with --software.");

    private static string NothingFound(ConfigurationObservation seen)
    {
        var unread = seen.Gaps.Count(gap => !gap.IsAssumption);
        return $"Read as {seen.Software}, nothing in it speaks TLS ({DisplayText.Count(seen.Files.Count, "file")} read, {DisplayText.Count(unread, "place")} not). "
            + "If it is another program's, say whose with --software.";
    }
}
