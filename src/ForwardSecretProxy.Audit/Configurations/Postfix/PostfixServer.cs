using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.Postfix;

/// <summary>One smtpd with TLS (postconf(5), TLS_README).</summary>
internal sealed class PostfixServer(PostfixService service, PostfixParameters parameters, ReadingContext context)
{
    // Where TLS is demanded other parameters count than where it is offered.
    private bool IsMandatory => parameters.Get("smtpd_tls_security_level").Value == "encrypt" || parameters.IsYes("smtpd_enforce_tls");

    /// <summary>Whether it speaks TLS at all; the default is that it does not.</summary>
    public bool SpeaksTls => IsMandatory || parameters.Get("smtpd_tls_security_level").Value == "may"
        || parameters.IsYes("smtpd_tls_wrappermode") || parameters.IsYes("smtpd_use_tls");

    /// <summary>What it does.</summary>
    public ServiceObservation Observe()
    {
        var ciphers = Ciphers();
        return new ServiceObservation(service.Name, service.Location)
        {
            Versions = Versions(parameters.Get(IsMandatory ? "smtpd_tls_mandatory_protocols" : "smtpd_tls_protocols")),
            CipherString = ciphers,
            Suites = context.Suites(ciphers.Value, null),
            Groups = Groups(),
            ServerPreference = Flag("tls_preempt_cipherlist"),
            Tickets = Tickets(),
            SessionCache = new SessionCacheObservation(CacheKind(), CacheTimeout()),
            DhParameters = DhParameters(),
            EarlyData = new Setting<Answer>(Answer.No, null, "Postfix takes no early data"),
            Compression = new Setting<Answer>(Answer.No, null, "OpenSSL has it off since 1.1.0"),
            Renegotiation = HasOption("NO_RENEGOTIATION") is { } option
                ? new Setting<Answer>(Answer.No, option)
                : new Setting<Answer>(Answer.Unknown, null,
                    "OpenSSL 3 lets no client renegotiate; older ones do, without NO_RENEGOTIATION in tls_ssl_options"),
            Keys = Keys(),
        };
    }

    private static Setting<IReadOnlyList<TlsVersion>> Versions(Setting<string> written)
    {
        var words = written.Value.Split([' ', '\t', ',', ':'], StringSplitOptions.RemoveEmptyEntries);
        var named = words.Select(ProtocolNames.Find).OfType<TlsVersion>().ToList();
        // SSL 3.0 only where it is named: no OpenSSL has had it by default since 1.1.0.
        var versions = named.Count > 0 ? named : ProtocolNames.From(TlsVersion.Tls10);
        foreach (var word in words)
        {
            if (word.StartsWith('!') && ProtocolNames.Find(word[1..]) is { } excluded)
                versions = [.. versions.Where(version => version != excluded)];
            else if (word.StartsWith(">=", StringComparison.Ordinal) && ProtocolNames.Find(word[2..]) is { } lowest)
                versions = [.. (lowest < TlsVersion.Tls10 ? ProtocolNames.All : versions).Where(version => version >= lowest)];
            else if (word.StartsWith("<=", StringComparison.Ordinal) && ProtocolNames.Find(word[2..]) is { } highest)
                versions = [.. versions.Where(version => version <= highest)];
        }
        return new Setting<IReadOnlyList<TlsVersion>>([.. versions.Order()], written.Location, written.Default);
    }

    private Setting<string> Ciphers()
    {
        var grade = parameters.Get(IsMandatory ? "smtpd_tls_mandatory_ciphers" : "smtpd_tls_ciphers");
        var list = parameters.Get($"tls_{grade.Value.ToLowerInvariant()}_cipherlist");
        if (list.Value.Length == 0)
            context.Files.Miss(grade.Location ?? service.Location, $"there is no grade of ciphers named {grade.Value}");
        // tls_set_ciphers: each of them becomes ":!name".
        IEnumerable<string> excluded = parameters.List("smtpd_tls_exclude_ciphers");
        if (IsMandatory) excluded = excluded.Concat(parameters.List("smtpd_tls_mandatory_exclude_ciphers"));
        var text = list.Value + string.Concat(excluded.SelectMany(words => words.Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(word => ":!" + word));
        return new Setting<string>(text, list.Location ?? grade.Location, grade.Default);
    }

    private Setting<string> Groups()
    {
        var grade = parameters.Get("smtpd_tls_eecdh_grade");
        var curves = parameters.Get(grade.Value is "strong" or "ultra" ? $"tls_eecdh_{grade.Value}_curve" : "tls_eecdh_auto_curves");
        return curves with { Location = curves.Location ?? grade.Location };
    }

    private TicketObservation Tickets()
    {
        var cipher = parameters.Get("tls_session_ticket_cipher");
        var timeout = CacheTimeout();
        // smtpd_tls_session_cache_timeout: "a value less or equal to zero ... will also disable session tickets".
        var issued = HasOption("NO_TICKET") is { } option ? new Setting<Answer>(Answer.No, option)
            : timeout.Value is { } time && time <= TimeSpan.Zero ? new Setting<Answer>(Answer.No, timeout.Location)
            : new Setting<Answer>(cipher.Value.Length > 0 ? Answer.Yes : Answer.No, cipher.Location, cipher.Default);
        // tlsmgr(8) encrypts with a key for as long as a session lives, and then only decrypts for as long again (tls_mgr_key).
        return new TicketObservation(issued, TicketKeyLife.Rotated,
            "keys are in tlsmgr's memory and replaced after smtpd_tls_session_cache_timeout; each opens tickets for twice as long")
        {
            RotatedAfter = timeout.Value * 2,
        };
    }

    private Setting<SessionCacheKind> CacheKind()
    {
        var written = parameters.Get("smtpd_tls_session_cache_database");
        var kind = written.Value.Length == 0 || CacheTimeout().Value <= TimeSpan.Zero ? SessionCacheKind.Off
            : written.Value.StartsWith("memcache:", StringComparison.Ordinal) ? SessionCacheKind.Elsewhere
            : SessionCacheKind.Disk;
        return new Setting<SessionCacheKind>(kind, written.Location, written.Default);
    }

    private Setting<TimeSpan?> CacheTimeout()
    {
        var written = parameters.Get("smtpd_tls_session_cache_timeout");
        return new Setting<TimeSpan?>(DurationText.Parse(written.Value), written.Location, written.Default);
    }

    private DhParametersSource DhParameters()
    {
        var file = parameters.Get("smtpd_tls_dh1024_param_file");
        if (file.Location is not null && file.Value.StartsWith('/')) return DhParametersFile.Observe(file.Value, file.Location);
        return new DhParametersSource("built in: 2048 bits, or as OpenSSL chooses (before Postfix 3.1: 1024 bits)", file.Location)
        {
            Bits = 2048,
            IsSafePrime = Answer.Yes,
        };
    }

    private List<KeyObservation> Keys()
    {
        if (parameters.Get("tls_server_sni_maps") is { Value.Length: > 0, Location: { } maps })
            context.Files.Miss(maps, "tls_server_sni_maps names more keys, which were not looked at");
        var chains = parameters.Get("smtpd_tls_chain_files");
        if (chains.Value.Length > 0)
            return [.. parameters.List("smtpd_tls_chain_files")
                .Select(file => KeyFile.ObserveFile(file, chains.Location!, false)).OfType<KeyObservation>()];

        var keys = new List<KeyObservation>();
        foreach (var name in (string[])["smtpd_tls_key_file", "smtpd_tls_eckey_file", "smtpd_tls_dkey_file"])
        {
            var file = parameters.Get(name);
            // The default's place is the certificate's.
            var location = file.Location
                ?? parameters.Get(name.Replace("key", "cert", StringComparison.Ordinal)).Location ?? service.Location;
            if (file.Value is { Length: > 0 } and not "none") keys.Add(KeyFile.Observe(file.Value, file.Value, location));
        }
        if (keys.Count == 0) context.Files.Miss(service.Location, "no certificate is set for this service");
        return keys;
    }

    private SourceLocation? HasOption(string option) =>
        parameters.List("tls_ssl_options").Contains(option, StringComparer.OrdinalIgnoreCase)
            ? parameters.Get("tls_ssl_options").Location : null;

    private Setting<Answer> Flag(string name)
    {
        var written = parameters.Get(name);
        return new Setting<Answer>(parameters.IsYes(name) ? Answer.Yes : Answer.No, written.Location, written.Default);
    }
}
