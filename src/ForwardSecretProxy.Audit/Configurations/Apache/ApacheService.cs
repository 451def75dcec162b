using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Apache;

/// <summary>One virtual host with TLS (mod_ssl's documentation).</summary>
internal sealed class ApacheService(ApacheScope scope, ApacheParser parser, ReadingContext context)
{
    // ssl_cmd_SSLCipherSuite puts it behind whatever is written.
    private const string AlwaysExcluded = ":!aNULL:!eNULL:!EXP";

    /// <summary>What it does.</summary>
    public ServiceObservation Observe()
    {
        var ciphers = Ciphers();
        return new ServiceObservation(scope.Name, scope.Location)
        {
            Versions = Versions(),
            CipherString = ciphers,
            Suites = context.Suites(ciphers.Value, Suites13()),
            Groups = scope.FindCommand("Groups", "Curves", "ECDHParameters") is { } groups
                ? new Setting<string>(groups.Arguments[1], groups.Location) : null,
            ServerPreference = OnOff("SSLHonorCipherOrder", Answer.No),
            Tickets = Tickets(),
            SessionCache = new SessionCacheObservation(CacheKind(), CacheTimeout()),
            DhParameters = DhParameters(),
            // mod_ssl never sets SSL_CTX_set_max_early_data.
            EarlyData = new Setting<Answer>(Answer.No, null, "httpd takes no early data"),
            // Off by default since 2.4.4.
            Compression = OnOff("SSLCompression", Answer.No),
            Renegotiation = OnOff("SSLInsecureRenegotiation", Answer.No),
            Keys = Keys(),
        };
    }

    private Setting<IReadOnlyList<TlsVersion>> Versions()
    {
        // "all" has SSL 3.0 with an OpenSSL that has it, which none has had by default since 1.1.0.
        var all = ProtocolNames.From(TlsVersion.Tls10);
        if (scope.FindCommand("Protocol", "MinProtocol", "MaxProtocol") is { } command)
            context.Files.Miss(command.Location, $"SSLOpenSSLConfCmd {command.Argument} is not understood; SSLProtocol was taken");
        if (scope.Find("SSLProtocol") is not { } written)
            return new Setting<IReadOnlyList<TlsVersion>>(all, null, "httpd's default: all -SSLv3, which is TLS 1.0 to 1.3");

        var versions = new SortedSet<TlsVersion>();
        foreach (var word in written.Arguments)
        {
            var name = word.TrimStart('+', '-');
            IReadOnlyList<TlsVersion> named = name.Equals("all", StringComparison.OrdinalIgnoreCase) ? all
                : ProtocolNames.Find(name) is { } version ? [version] : [];
            // ssl_cmd_protocol_parse: a name without a sign begins anew.
            if (word[..1] is not ("+" or "-")) versions.Clear();
            if (word.StartsWith('-')) versions.ExceptWith(named);
            else versions.UnionWith(named);
        }
        return new Setting<IReadOnlyList<TlsVersion>>([.. versions], written.Location);
    }

    private Setting<string> Ciphers()
    {
        if (scope.FindCommand("CipherString") is { } command)
            return new Setting<string>(command.Arguments[1], command.Location);
        var written = scope.FindAll("SSLCipherSuite").LastOrDefault(found =>
            found.Arguments.Count == 1 || found.Argument.Equals("SSL", StringComparison.OrdinalIgnoreCase));
        return written is not null
            ? new Setting<string>(written.Arguments[^1] + AlwaysExcluded, written.Location)
            : new Setting<string>("DEFAULT" + AlwaysExcluded, null, "httpd's default: OpenSSL's DEFAULT");
    }

    private string? Suites13() => scope.FindAll("SSLCipherSuite").LastOrDefault(found =>
        found.Arguments.Count > 1 && found.Argument.Equals("TLSv1.3", StringComparison.OrdinalIgnoreCase))?.Arguments[1];

    private TicketObservation Tickets()
    {
        var issued = OnOff("SSLSessionTickets", Answer.Yes);
        if (scope.FindCommand("Options") is { } options
            && options.Arguments[1].Contains("-SessionTicket", StringComparison.OrdinalIgnoreCase))
            issued = new Setting<Answer>(Answer.No, options.Location);
        var files = scope.FindAll("SSLSessionTicketKeyFile");
        if (files.Count > 0)
        {
            return new TicketObservation(issued, TicketKeyLife.Files,
                "the key is that of the file, until it is replaced and httpd is restarted")
            {
                KeyFiles = [.. files.Select(file => TicketKeyFiles.Observe(parser.Resolve(file.Argument, file.Location), file.Location))],
            };
        }
        // mod_ssl, SSLSessionTickets: "requires restarting the server with an appropriate frequency (e.g. daily)".
        return new TicketObservation(issued, TicketKeyLife.UntilRestart, "one key lives until httpd is restarted");
    }

    private Setting<SessionCacheKind> CacheKind()
    {
        // SSLSessionCache stands outside of virtual hosts only.
        var written = scope.Global["SSLSessionCache"].LastOrDefault();
        if (written is null) return new Setting<SessionCacheKind>(SessionCacheKind.Off, null, "httpd's default: none");
        var kind = written.Argument.Split(':')[0].ToUpperInvariant() switch
        {
            "NONE" or "NONENOTNULL" => SessionCacheKind.Off,
            "SHMCB" or "SHMHT" or "SHM" => SessionCacheKind.Memory,
            "DBM" => SessionCacheKind.Disk,
            _ => SessionCacheKind.Elsewhere,
        };
        return new Setting<SessionCacheKind>(kind, written.Location);
    }

    private Setting<TimeSpan?> CacheTimeout() => scope.Find("SSLSessionCacheTimeout") is { } written
        ? new Setting<TimeSpan?>(DurationText.Parse(written.Argument), written.Location)
        : new Setting<TimeSpan?>(TimeSpan.FromMinutes(5), null, "httpd's default: 300 seconds");

    // SSLCertificateFile: parameters in it count; without any, 2.4.7 and later have groups as long as the certificate's RSA key.
    private DhParametersSource DhParameters()
    {
        if (scope.FindCommand("DHParameters") is { } command)
            return DhParametersFile.Observe(parser.Resolve(command.Arguments[1].Trim('"'), command.Location), command.Location);
        foreach (var file in scope.FindAll("SSLCertificateFile").Take(1))
        {
            try
            {
                var path = PathOf(file);
                if (DhParametersFile.ObserveIn(path, path, file.Location) is { } found) return found;
            }
            catch (IOException)
            {
                // The key's observation says so, or the file is a PKCS#11 URI.
            }
        }
        return new DhParametersSource(
            "built in: a group of RFC 3526, as long as the certificate's RSA key (before httpd 2.4.7: 1024 bits)", null)
        {
            KnownAs = "a group of RFC 3526",
            IsSafePrime = Answer.Yes,
        };
    }

    private List<KeyObservation> Keys()
    {
        var keys = scope.FindAll("SSLCertificateKeyFile");
        // The key may stand in the certificate's file; with mod_md neither is named.
        if (keys.Count == 0) keys = scope.FindAll("SSLCertificateFile");
        if (keys.Count == 0)
            context.Files.Miss(scope.Location,
                "no SSLCertificateFile is set for this host; mod_md may see to it, with a key in its own folder");
        // Without "builtin" a program or a pipe answers for the passphrase, without a person.
        var dialog = scope.Find("SSLPassPhraseDialog")?.Argument ?? "builtin";
        return [.. keys.Select(key => KeyFile.Observe(key.Argument, PathOf(key), key.Location, dialog != "builtin"))];
    }

    // Since 2.4.42 it may be a PKCS#11 URI, which is relative to nothing.
    private string PathOf(ApacheDirective key) =>
        key.Argument.StartsWith("pkcs11:", StringComparison.Ordinal) ? key.Argument : parser.Resolve(key.Argument, key.Location);

    private Setting<Answer> OnOff(string name, Answer value) => scope.Find(name) is { } written
        ? new Setting<Answer>(written.Argument.Equals("on", StringComparison.OrdinalIgnoreCase) ? Answer.Yes : Answer.No, written.Location)
        : new Setting<Answer>(value, null, $"httpd's default: {(value == Answer.Yes ? "on" : "off")}");
}
