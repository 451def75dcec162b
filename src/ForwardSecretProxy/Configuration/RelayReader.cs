using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads what an entry of <c>Listeners</c> says about the relay behind it.</summary>
internal static class RelayReader
{
    private const string AddressMend = "Write, for example, \"127.0.0.1:143\", \"mail.internal:143\" or \"unix:/run/mail.sock\".";
    private const string MapExample = "\"imap.example.org\": \"10.0.0.7:143\"";

    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    /// <summary>The keys that only these listeners have.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "Tls", "StartTls", "Backend", "ServerNames", "Balancing", "BackendTls", "BackendName", "BackendCaFile", "ProxyProtocol",
        "ConnectTimeout", "IdleTimeout", "HealthCheck", "HealthInterval", "ApplicationProtocols", "BareNewlines", "HostName",
    ];

    /// <summary>Reads the keys; what cannot be used is reported.</summary>
    public static RelayOptions Read(SectionReader listener, RelayProtocol protocol)
    {
        var texts = listener.Texts("Backend", "\"127.0.0.1:143\"");
        var backends = ReadAddresses(listener, "Backend", texts);
        var names = ReadServerNames(listener);
        if (texts is [] && (names.Count == 0 || listener.Has("Backend")))
            listener.Report("Backend", "it is missing", AddressMend.Replace("Write", "Set it to where the service listens", StringComparison.Ordinal));
        var secure = listener.Boolean("BackendTls", whenAbsent: false);
        var options = new RelayOptions
        {
            Protocol = protocol,
            StartTls = ReadStartTls(listener, protocol),
            Backends = backends,
            ServerNames = names,
            Balancing = listener.Choice("Balancing", "round-robin", "round-robin", "least-connections") == "round-robin"
                ? Balancing.RoundRobin : Balancing.LeastConnections,
            BackendTls = secure,
            BackendName = HostName(listener, "BackendName", listener.Text("BackendName", type: "host name")),
            BackendCaFile = listener.FilePath("BackendCaFile"),
            ProxyProtocol = Enum.Parse<ProxyProtocol>(listener.Choice("ProxyProtocol", "none", "none", "v1", "v2"), ignoreCase: true),
            ConnectTimeout = listener.Time("ConnectTimeout", TimeSpan.FromSeconds(10), Least, TimeSpan.FromMinutes(5)),
            IdleTimeout = listener.Time("IdleTimeout", DefaultIdleTimeout(protocol), TimeSpan.FromSeconds(1), Most),
            HealthCheck = ReadHealthCheck(listener, protocol, Math.Max(backends.Count, names.Values.Max(list => (int?)list.Count) ?? 0)),
            HealthInterval = listener.Time("HealthInterval", TimeSpan.FromSeconds(10), Least, TimeSpan.FromHours(1)),
            ApplicationProtocols = ReadApplicationProtocols(listener, protocol),
            RefusesBareNewlines = listener.Choice("BareNewlines", "neutralize", "neutralize", "refuse") == "refuse",
            HostName = HostName(listener, "HostName", listener.Text("HostName", type: "host name")),
        };
        Check(listener, options);
        return options;
    }

    private static void Check(SectionReader listener, RelayOptions options)
    {
        if (!options.BackendTls)
        {
            foreach (var key in (string[])["BackendName", "BackendCaFile"])
                if (listener.Has(key)) listener.Report(key, "the backend is reached without TLS", "Set \"BackendTls\": true, or remove the key.");
        }
        else if (options.BackendName is null && options.Backends.Concat(options.ServerNames.Values.SelectMany(list => list)).Any(each => each.IsUnix))
        {
            listener.Report("BackendName", "a UNIX socket has no host name that its certificate could be for",
                "Set it to the name in the backend's certificate.");
        }

        if (options.Protocol != RelayProtocol.Smtp && listener.Has("BareNewlines"))
            listener.Report("BareNewlines", "only SMTP's messages end with a line of their own", "Remove the key.");
        if (options.Protocol == RelayProtocol.Smtp && !listener.Has("ProxyProtocol"))
        {
            listener.Warn("ProxyProtocol", "the mail server takes every client for the proxy itself, and most let their own machine send mail to anybody",
                "Set it to \"v2\", here and in the mail server; write \"none\" if the server trusts no address.");
        }

        if (options.StartTls == StartTlsMode.Implicit && listener.Has("HostName"))
            listener.Report("HostName", "with implicit TLS the backend greets, not the proxy", "Remove the key.");
    }

    private static StartTlsMode ReadStartTls(SectionReader listener, RelayProtocol protocol)
    {
        var startsLater = listener.Choice("Tls", "implicit", "implicit", "starttls") == "starttls";
        var opportunistic = listener.Choice("StartTls", "required", "required", "opportunistic") == "opportunistic";
        if (startsLater && protocol == RelayProtocol.Tcp)
        {
            listener.Report("Tls", "plain TCP has no command to begin TLS with", "Write \"implicit\", or name the protocol in Protocol.");
        }
        else if (!startsLater && listener.Has("StartTls"))
        {
            listener.Report("StartTls", "this listener begins with TLS", "Set \"Tls\": \"starttls\", or remove the key.");
        }
        else if (opportunistic && protocol != RelayProtocol.Smtp)
        {
            listener.Report("StartTls", "opportunistic would let passwords through in the clear",
                "Write \"required\"; only smtp, where servers talk to servers, has opportunistic.");
            opportunistic = false;
        }

        return (startsLater, opportunistic) switch
        {
            (false, _) => StartTlsMode.Implicit,
            (true, false) => StartTlsMode.Required,
            (true, true) => StartTlsMode.Opportunistic,
        };
    }

    private static List<BackendAddress> ReadAddresses(SectionReader listener, string key, IReadOnlyList<string>? texts)
    {
        var addresses = new List<BackendAddress>();
        foreach (var text in texts ?? [])
        {
            if (!BackendAddress.TryParse(text, out var address))
                listener.Report(key, $"\"{text}\" is not the address of a service", AddressMend);
            else if (addresses.Contains(address))
                listener.Report(key, $"\"{text}\" stands twice", "Keep it once.");
            else
                addresses.Add(address);
        }
        return addresses;
    }

    private static Dictionary<string, IReadOnlyList<BackendAddress>> ReadServerNames(SectionReader listener)
    {
        var names = new Dictionary<string, IReadOnlyList<BackendAddress>>(StringComparer.Ordinal);
        foreach (var (name, texts) in listener.TextMap("ServerNames", MapExample))
        {
            var path = $"ServerNames:{name}";
            if (!DnsName.IsValid(name.ToLowerInvariant()))
                listener.Report(path, $"\"{name}\" is not a server name", "Write a host name, or *.example.com for all names with one more label.");
            if (ReadAddresses(listener, path, texts) is { Count: > 0 } addresses)
                names[name.ToLowerInvariant()] = addresses;
            else if (texts is [])
                listener.Report(path, "it has no backend", AddressMend);
        }
        return names;
    }

    private static HealthCheck ReadHealthCheck(SectionReader listener, RelayProtocol protocol, int backends)
    {
        var usual = (backends, protocol) switch
        {
            ( <= 1, _) => HealthCheck.None,
            (_, RelayProtocol.Tcp) => HealthCheck.Connect,
            _ => HealthCheck.Greeting,
        };
        var chosen = Enum.Parse<HealthCheck>(
            listener.Choice("HealthCheck", usual.ToString().ToLowerInvariant(), "none", "connect", "greeting"), ignoreCase: true);
        if (chosen == HealthCheck.Greeting && protocol == RelayProtocol.Tcp)
            listener.Report("HealthCheck", "plain TCP has no greeting", "Write \"connect\" or \"none\".");
        return chosen;
    }

    private static IReadOnlyList<string> ReadApplicationProtocols(SectionReader listener, RelayProtocol protocol)
    {
        const int longest = 255;
        IReadOnlyList<string> usual = protocol switch
        {
            RelayProtocol.Smtp => ["smtp"],
            RelayProtocol.Imap => ["imap"],
            RelayProtocol.Pop3 => ["pop3"],
            RelayProtocol.Sieve => ["managesieve"],
            _ => [],
        };
        var names = listener.TextList("ApplicationProtocols", usual, "imap");
        foreach (var name in names)
        {
            if (name.Length is 0 or > longest || !name.All(char.IsAscii))
                listener.Report("ApplicationProtocols", $"\"{name}\" is not a protocol's name", "Write ASCII, at most 255 characters.");
        }
        return names;
    }

    private static string? HostName(SectionReader listener, string key, string? name)
    {
        if (string.IsNullOrEmpty(name)) return null;
        if (Uri.CheckHostName(name) != UriHostNameType.Unknown && name.All(char.IsAscii)) return name;
        listener.Report(key, $"\"{name}\" is not a host name", "Write, for example, \"mail.example.com\".");
        return null;
    }

    private static TimeSpan DefaultIdleTimeout(RelayProtocol protocol) => TimeSpan.FromMinutes(protocol switch
    {
        RelayProtocol.Imap or RelayProtocol.Sieve => 31,
        RelayProtocol.Pop3 => 11,
        _ => 10,
    });
}
