using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether all of the configuration was seen: what was not may say anything.</summary>
internal sealed class CompletenessCheck : IConfigurationCheck
{
    private const string Id = "config-completeness";

    /// <inheritdoc/>
    public CheckDescription Description { get; } = new(
        Id, "All of the configuration could be read",
        "A report about a part of a configuration says nothing about the rest.",
        [],
        new Dictionary<string, string>
        {
            ["nginx"] = "Audit the main file (nginx.conf) on the server itself, as a user who may read all of it.",
            ["apache"] = "Audit the main file (apache2.conf, httpd.conf) on the server itself, as a user who may read all of it.",
            ["haproxy"] = "Audit on the server itself, in the folder that HAProxy is started in, as a user who may read all of it.",
            ["postfix"] = "Audit main.cf, with master.cf beside it, on the server itself.",
            ["dovecot"] = "Audit dovecot.conf on the server itself, as a user who may read all of it.",
            ["fsp"] = "Nothing: the file is read whole, or fsp does not start.",
        });

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(ConfigurationObservation seen) => seen.Gaps.Count == 0
        ? [new Finding(Id, FindingLevel.Pass, $"All of it was read ({seen.Files.Count} files).")]
        : seen.Gaps.Select(gap => new Finding(Id, gap.IsAssumption ? FindingLevel.Note : FindingLevel.Unexamined, Capital(gap.Message))
        {
            Location = gap.Location,
            PastSessions = gap.IsAssumption ? PastSessions.Closed : PastSessions.MayBeOpen,
        });

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
}
