using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Dovecot;

/// <summary>Dovecot 2.2, 2.3 and 2.4: the settings for all, and the blocks that set TLS otherwise.</summary>
internal sealed class DovecotReader : IConfigurationReader
{
    private static readonly string[] OfWholes = ["protocols", "dovecot_config_version", "mail_location", "log_path", "listen"];

    /// <inheritdoc/>
    public string Software => "dovecot";

    /// <inheritdoc/>
    public IReadOnlyList<ServiceObservation> Read(IReadOnlyList<string> files, ReadingContext context)
    {
        var root = new DovecotParser(context.Files).Parse(context.Files.ReadFirst(files[0]), files[0]);
        // TLS is on by default; but not in what is no configuration of Dovecot's at all.
        if (!root.All().Any(block => block.Settings.Keys.Any(name =>
            name is "protocols" or "dovecot_config_version" || IsOfTls(name)))) return [];
        if (context.Files.Read.Count == 1 && !root.Settings.Keys.Any(OfWholes.Contains))
        {
            context.Files.Miss(new SourceLocation(files[0], 0),
                "it is a part of a configuration: what other files set is not known, and defaults were taken", true);
        }
        var loginCounts = LoginCounts(root);
        return [.. root.All()
            .Where(block => block == root || (IsFilter(block) && block.Settings.Keys.Any(IsOfTls)))
            .Select(block => new DovecotService(block, root, loginCounts, context))
            .Where(service => service.SpeaksTls)
            .Select(service => service.Observe())];
    }

    // How many connections a login process serves, where that is written.
    private static List<Setting<string>> LoginCounts(DovecotBlock root) =>
        [.. root.All().Where(service => service.Kind == "service" && service.Name.EndsWith("-login", StringComparison.Ordinal))
            .Select(service => service.Find("service_count", "restart_request_count", "service_restart_request_count"))
            .OfType<Setting<string>>()];

    private static bool IsFilter(DovecotBlock block) => block.Kind is "local" or "local_name" or "protocol" or "remote";

    private static bool IsOfTls(string name) => name.StartsWith("ssl", StringComparison.Ordinal)
        && !name.StartsWith("ssl_client_", StringComparison.Ordinal);
}
