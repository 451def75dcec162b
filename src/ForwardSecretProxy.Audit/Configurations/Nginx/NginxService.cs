using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Nginx;

/// <summary>One server of nginx's (ngx_http_ssl_module; ngx_stream_ssl_module and ngx_mail_ssl_module are the same here).</summary>
internal sealed class NginxService(NginxScope scope, string prefix, ReadingContext context)
{
    /// <summary>What it does.</summary>
    public ServiceObservation Observe(string name)
    {
        var ciphers = FirstOf("ssl_ciphers", "HIGH:!aNULL:!MD5", "nginx's default");
        var suites13 = scope.FindCommand("Ciphersuites")?.Arguments[1];
        return new ServiceObservation(name, scope.Server.Location)
        {
            Versions = Versions(),
            CipherString = ciphers,
            Suites = context.Suites(ciphers.Value, suites13),
            Groups = Groups(),
            ServerPreference = OnOff("ssl_prefer_server_ciphers", Answer.No),
            Tickets = Tickets(),
            SessionCache = new SessionCacheObservation(CacheKind(), CacheTimeout()),
            DhParameters = DhParameters(),
            EarlyData = OnOff("ssl_early_data", Answer.No),
            // nginx sets SSL_OP_NO_COMPRESSION and refuses renegotiation (since 1.2.2 and 0.8.23), and has no switch for either.
            Compression = new Setting<Answer>(Answer.No, null, "nginx never compresses"),
            Renegotiation = new Setting<Answer>(Answer.No, null, "nginx never renegotiates"),
            Keys = Keys(),
        };
    }

    private Setting<IReadOnlyList<TlsVersion>> Versions()
    {
        if (scope.FindCommand("Protocol") is { } command)
            context.Files.Miss(command.Location, "ssl_conf_command Protocol is not understood; ssl_protocols was taken");
        var lowest = scope.FindCommand("MinProtocol") is { } minimum ? ProtocolNames.Find(minimum.Arguments[1]) : null;
        if (scope.Find("ssl_protocols") is { } written)
        {
            return new Setting<IReadOnlyList<TlsVersion>>(
                [.. written.Arguments.Select(ProtocolNames.Find).OfType<TlsVersion>()
                    .Where(version => version >= (lowest ?? 0)).Distinct().Order()],
                written.Location);
        }
        // ngx_http_ssl_module, ssl_protocols: TLSv1.3 is among the defaults since 1.23.4; 1.27.3 took TLSv1 and TLSv1.1 out.
        return new Setting<IReadOnlyList<TlsVersion>>(
            [.. ProtocolNames.From(lowest > TlsVersion.Tls10 ? lowest.Value : TlsVersion.Tls10)], null,
            "nginx's default: TLS 1.0 to 1.3 (to 1.2 before 1.23.4); since 1.27.3 TLS 1.2 and 1.3 only");
    }

    private Setting<string>? Groups()
    {
        var found = scope.Find("ssl_ecdh_curve");
        if (found is not null && found.Argument != "auto") return new Setting<string>(found.Argument, found.Location);
        return (scope.FindCommand("Groups") ?? scope.FindCommand("Curves")) is { } command
            ? new Setting<string>(command.Arguments[1], command.Location)
            : null;
    }

    private TicketObservation Tickets()
    {
        var issued = OnOff("ssl_session_tickets", Answer.Yes);
        if (scope.FindCommand("Options") is { } options
            && options.Arguments[1].Contains("-SessionTicket", StringComparison.OrdinalIgnoreCase))
            issued = new Setting<Answer>(Answer.No, options.Location);

        var files = scope.FindAll("ssl_session_ticket_key");
        if (files.Count > 0)
        {
            return new TicketObservation(issued, TicketKeyLife.Files,
                "the keys are those of the files, until these are replaced and nginx is reloaded")
            {
                KeyFiles = [.. files.Select(file => TicketKeyFiles.Observe(Path.Combine(prefix, file.Argument), file.Location))],
            };
        }
        // ngx_http_ssl_module, ssl_session_ticket_key: OpenSSL's random key of the context, unless 1.23.2 or later rotates keys
        // in a shared cache. Which release it is does not stand in the file.
        var isShared = scope.Find("ssl_session_cache")?.Arguments.Any(IsSharedCache) == true;
        return new TicketObservation(issued, TicketKeyLife.UntilRestart, isShared
            ? "since nginx 1.23.2 the key is in the shared session cache and replaced after ssl_session_timeout; before, one key "
              + "lives until nginx is reloaded or restarted"
            : "one key lives until nginx is reloaded or restarted, for there is no shared session cache to rotate keys in (nginx 1.23.2)");
    }

    private Setting<SessionCacheKind> CacheKind()
    {
        var written = scope.Find("ssl_session_cache");
        // The default "none" tells clients that they may come back, and keeps nothing.
        if (written is null) return new Setting<SessionCacheKind>(SessionCacheKind.Off, null, "nginx's default: none");
        var isOn = written.Arguments.Any(word => IsSharedCache(word) || word.StartsWith("builtin", StringComparison.Ordinal));
        return new Setting<SessionCacheKind>(isOn ? SessionCacheKind.Memory : SessionCacheKind.Off, written.Location);
    }

    private Setting<TimeSpan?> CacheTimeout() => scope.Find("ssl_session_timeout") is { } written
        ? new Setting<TimeSpan?>(DurationText.Parse(string.Join(' ', written.Arguments)), written.Location)
        : new Setting<TimeSpan?>(TimeSpan.FromMinutes(5), null, "nginx's default: 5 minutes");

    // Without a file DHE is not offered (since 1.11.0; before, 1024 bits were built in).
    private DhParametersSource? DhParameters() => scope.Find("ssl_dhparam") is { } written
        ? DhParametersFile.Observe(Path.Combine(prefix, written.Argument), written.Location)
        : null;

    private List<KeyObservation> Keys()
    {
        var hasPassword = scope.Find("ssl_password_file") is not null;
        var keys = scope.FindAll("ssl_certificate_key");
        if (keys.Count == 0 && scope.Find("ssl_reject_handshake")?.Argument != "on")
            context.Files.Miss(scope.Server.Location, "no ssl_certificate_key is set for this server, here or around it");
        return [.. keys.Select(key => KeyFile.Observe(key.Argument, Path.Combine(prefix, key.Argument), key.Location, hasPassword))];
    }

    private Setting<string> FirstOf(string name, string value, string remark) => scope.Find(name) is { } written
        ? new Setting<string>(written.Argument, written.Location)
        : new Setting<string>(value, null, remark);

    private Setting<Answer> OnOff(string name, Answer value) => scope.Find(name) is { } written
        ? new Setting<Answer>(written.Argument == "on" ? Answer.Yes : Answer.No, written.Location)
        : new Setting<Answer>(value, null, $"nginx's default: {(value == Answer.Yes ? "on" : "off")}");

    private static bool IsSharedCache(string word) => word.StartsWith("shared:", StringComparison.Ordinal);
}
