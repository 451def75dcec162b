using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>Looks for an option where it counts first: in the <c>crt-list</c>, on the <c>bind</c> line, in the defaults.</summary>
internal sealed class HaProxyOptions(HaProxyLine? entry, HaProxyLine bind, HaProxyGlobal global)
{
    private static readonly (string Name, TlsVersion Version)[] Versioned =
    [
        ("sslv3", TlsVersion.Ssl3), ("tlsv10", TlsVersion.Tls10), ("tlsv11", TlsVersion.Tls11),
        ("tlsv12", TlsVersion.Tls12), ("tlsv13", TlsVersion.Tls13),
    ];

    /// <summary>The option, or null. Its value is the word after it, which not every option has.</summary>
    public HaProxyOption? Find(string name) => Places.Select(line => Find(line, name)).FirstOrDefault(found => found is not null);

    /// <summary>An answer that an option gives by standing there.</summary>
    public Setting<Answer> Flag(string name, Answer value, Answer otherwise, string remark) => Find(name) is { } found
        ? new Setting<Answer>(value, found.Location)
        : new Setting<Answer>(otherwise, null, remark);

    /// <summary>What <c>ssl-min-ver</c>, <c>ssl-max-ver</c>, <c>no-...</c> and <c>force-...</c> leave.</summary>
    public Setting<IReadOnlyList<TlsVersion>> Versions()
    {
        var forced = Versioned.FirstOrDefault(known => Find("force-" + known.Name) is not null);
        if (forced.Name is not null) return new([forced.Version], Find("force-" + forced.Name)!.Location);

        var lowest = Find("ssl-min-ver");
        var highest = Find("ssl-max-ver");
        // HAProxy warns of both together, and then these are ignored.
        var excluded = lowest is null && highest is null ? Versioned.Where(known => Find("no-" + known.Name) is not null).ToList() : [];
        var to = highest is null ? TlsVersion.Tls13 : ProtocolNames.Find(highest.Value) ?? TlsVersion.Tls13;
        // "ssl-min-ver": TLS 1.2 since 2.2, or the highest if that is below. Releases before that have been without support since 2024.
        var usual = to < TlsVersion.Tls12 ? to : TlsVersion.Tls12;
        var from = lowest is null ? usual : ProtocolNames.Find(lowest.Value) ?? usual;
        return new(
            [.. ProtocolNames.All.Where(version => version >= from && version <= to
                && !excluded.Exists(known => known.Version == version))],
            (lowest ?? highest)?.Location,
            lowest is null ? "HAProxy's default: from TLS 1.2 on since 2.2, from TLS 1.0 on before" : null);
    }

    /// <summary>The cipher string.</summary>
    public Setting<string> Ciphers() => Value("ciphers", "ssl-default-bind-ciphers")
        ?? new Setting<string>("DEFAULT", null, "HAProxy's default: OpenSSL's DEFAULT, unless the build has another");

    /// <summary>The suites of TLS 1.3, or null.</summary>
    public Setting<string>? Ciphersuites() => Value("ciphersuites", "ssl-default-bind-ciphersuites");

    /// <summary>The groups, or null.</summary>
    public Setting<string>? Groups() => Value("curves", "ssl-default-bind-curves") ?? Value("ecdhe", "");

    /// <summary>Whose order decides: the server's, unless it is told otherwise.</summary>
    public Setting<Answer> ServerPreference() =>
        Flag("prefer-client-ciphers", Answer.No, Answer.Yes, "HAProxy's default: the server's order");

    /// <summary>Whether tickets are issued: the last word on the innermost line that says anything.</summary>
    public Setting<Answer> Tickets()
    {
        foreach (var line in Places)
        {
            var word = line.Words.LastOrDefault(word => word is "no-tls-tickets" or "tls-tickets");
            if (word is not null) return new Setting<Answer>(word == "tls-tickets" ? Answer.Yes : Answer.No, line.Location);
        }
        return new Setting<Answer>(Answer.Yes, null, "HAProxy's default: on");
    }

    private IEnumerable<HaProxyLine> Places => new[] { entry, bind }.OfType<HaProxyLine>().Concat(global.DefaultOptions);

    private Setting<string>? Value(string option, string globalKeyword)
    {
        var found = new[] { entry, bind }.OfType<HaProxyLine>().Select(line => Find(line, option))
            .FirstOrDefault(found => found is not null);
        if (found is not null) return new Setting<string>(found.Value, found.Location);
        return global.Find(globalKeyword) is { } line ? new Setting<string>(line.Words[1], line.Location) : null;
    }

    private static HaProxyOption? Find(HaProxyLine line, string name)
    {
        var at = line.Words.ToList().LastIndexOf(name);
        return at < 0 ? null : new HaProxyOption(name, line.Words.ElementAtOrDefault(at + 1) ?? "", line.Location);
    }
}
