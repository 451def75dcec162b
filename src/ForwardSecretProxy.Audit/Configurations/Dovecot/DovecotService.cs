using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Dovecot;

/// <summary>Dovecot's TLS, for all or for one block ("SSL configuration" in its documentation; <c>doveconf -d</c>).</summary>
internal sealed class DovecotService(
    DovecotBlock block, DovecotBlock root, IReadOnlyList<Setting<string>> loginCounts, ReadingContext context)
{
    // Since 2.3.0.
    private const string DefaultCiphers =
        "ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!MD5:!PSK:!RC4:!ADH:!LOW@STRENGTH";

    /// <summary>Whether it speaks TLS: it does unless it is told otherwise.</summary>
    public bool SpeaksTls => block.Find("ssl")?.Value is not ("no" or "false");

    private bool IsVersion24 => root.Find("dovecot_config_version")?.Value is { } version
        && !version.StartsWith("2.3", StringComparison.Ordinal);

    /// <summary>What it does.</summary>
    public ServiceObservation Observe()
    {
        var ciphers = block.Find("ssl_cipher_list") is { } written ? written
            : new Setting<string>(DefaultCiphers, null, "Dovecot's default since 2.3; before, one with static RSA");
        var tickets = Tickets();
        return new ServiceObservation(block == root ? "Dovecot" : $"{block.Kind} {block.Name}", block.Location)
        {
            Versions = Versions(),
            CipherString = ciphers,
            Suites = context.Suites(ciphers.Value, block.Find("ssl_cipher_suites")?.Value is { Length: > 0 } suites ? suites : null),
            Groups = block.Find("ssl_curve_list") is { Value.Length: > 0 } groups ? groups : null,
            ServerPreference = ServerPreference(),
            Tickets = tickets,
            // OpenSSL keeps sessions in the process; with one connection for each, nobody comes back to them.
            SessionCache = new SessionCacheObservation(
                new Setting<SessionCacheKind>(
                    tickets.KeyLife == TicketKeyLife.OneConnection ? SessionCacheKind.Off : SessionCacheKind.Memory,
                    null, "OpenSSL's default: in the memory of each login process"),
                new Setting<TimeSpan?>(TimeSpan.FromHours(2), null, "OpenSSL's default: two hours (five minutes with old ones)")),
            DhParameters = DhParameters(),
            EarlyData = new Setting<Answer>(Answer.No, null, "Dovecot takes no early data"),
            Compression = new Setting<Answer>(Answer.No, null, "OpenSSL has it off since 1.1.0"),
            Renegotiation = new Setting<Answer>(Answer.Unknown, null, "OpenSSL 3 lets no client renegotiate; older ones do"),
            Keys = Keys(),
        };
    }

    private Setting<IReadOnlyList<TlsVersion>> Versions()
    {
        if (block.Find("ssl_min_protocol") is { } lowest)
        {
            var version = lowest.Value is "ANY" or "LATEST" ? (lowest.Value == "ANY" ? TlsVersion.Tls10 : TlsVersion.Tls13)
                : ProtocolNames.Find(lowest.Value);
            if (version is null) context.Files.Miss(lowest.Location!, $"ssl_min_protocol: {lowest.Value} is no version");
            return new(ProtocolNames.From(version ?? TlsVersion.Tls10), lowest.Location);
        }
        if (block.Find("ssl_protocols") is { } old)
        {
            var words = old.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            var named = words.Select(ProtocolNames.Find).OfType<TlsVersion>().ToList();
            var excluded = words.Where(word => word.StartsWith('!')).Select(word => ProtocolNames.Find(word[1..])).ToList();
            return new([.. (named.Count > 0 ? named : ProtocolNames.From(TlsVersion.Tls10))
                .Where(version => !excluded.Contains(version)).Order()], old.Location);
        }
        // 2.3.0 came with TLSv1; its later releases and 2.4 have TLSv1.2.
        return new(ProtocolNames.Current, null, "Dovecot's default: from TLS 1.2 on; from TLS 1.0 on with 2.3.0 and older");
    }

    private Setting<Answer> ServerPreference() => block.Find("ssl_prefer_server_ciphers", "ssl_server_prefer_ciphers") is { } written
        ? new Setting<Answer>(written.Value is "yes" or "server" ? Answer.Yes : Answer.No, written.Location)
        : new Setting<Answer>(Answer.No, null, "Dovecot's default: the client's order");

    private TicketObservation Tickets()
    {
        var options = block.Find("ssl_options");
        var issued = options?.Value.Split((char[]?)null).Contains("no_ticket") == true
            ? new Setting<Answer>(Answer.No, options.Location)
            : new Setting<Answer>(Answer.Yes, null, "Dovecot's default: on");

        // "Login processes": by default each serves one connection (2.3), and the key is that of its own SSL_CTX.
        if (loginCounts.FirstOrDefault(count => count.Value != "1") is { } many)
        {
            return new TicketObservation(issued, TicketKeyLife.UntilRestart,
                $"a login process serves many connections ({many.Location!.File}:{many.Location.Line}), "
                    + "and one key lives as long as it does");
        }
        return IsVersion24 && loginCounts.Count == 0
            ? new TicketObservation(issued, TicketKeyLife.UntilRestart,
                "one key lives as long as a login process; how many connections one "
                + "serves is not written here (restart_request_count)")
            : new TicketObservation(issued, TicketKeyLife.OneConnection,
                "a key lives as long as a login process, which serves one connection");
    }

    // Without any there is no DHE in 2.3; 2.2 makes its own, of ssl_dh_parameters_length.
    private DhParametersSource? DhParameters()
    {
        if (block.Find("ssl_dh", "ssl_server_dh_file") is { Value.Length: > 0 } file)
            return DhParametersFile.Observe(PathOf(file), file.Location!);
        return block.Find("ssl_dh_parameters_length") is { } length
            ? new DhParametersSource("made by Dovecot 2.2 itself", length.Location)
            {
                Bits = int.TryParse(length.Value, out var bits) ? bits : null,
                IsSafePrime = Answer.Yes,
            }
            : null;
    }

    private List<KeyObservation> Keys()
    {
        var hasPassword = block.Find("ssl_key_password", "ssl_server_key_password")?.Value.Length > 0;
        var keys = new List<KeyObservation>();
        foreach (var names in (string[][])[["ssl_key", "ssl_server_key_file", "ssl_key_file"], ["ssl_alt_key", "ssl_server_alt_key_file"]])
        {
            if (block.Find(names) is not { Value.Length: > 0 } key) continue;
            keys.Add(key.Value.Contains("PRIVATE KEY", StringComparison.Ordinal)
                ? new KeyObservation("in the configuration itself", KeyStorage.PlainFile, key.Location!)
                : KeyFile.Observe(key.Value.TrimStart('<'), PathOf(key), key.Location!, hasPassword));
        }
        if (keys.Count == 0) context.Files.Miss(block.Location, "no key is set (ssl_key, or ssl_server_key_file in 2.4)");
        return keys;
    }

    // "<" reads a file; relative to the one it stands in.
    private static string PathOf(Setting<string> setting) =>
        Path.Combine(Path.GetDirectoryName(setting.Location!.File) ?? "", setting.Value.TrimStart('<').Trim());
}
