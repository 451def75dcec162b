using System.Net;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads one entry of <c>Listeners</c>.</summary>
internal static class ListenerReader
{
    private const string Http = "http";
    private const string RedirectProtocol = "redirect";
    private static readonly string[] Protocols =
        [Http, RedirectProtocol, .. Enum.GetNames<RelayProtocol>().Select(name => name.ToLowerInvariant())];

    /// <summary>Reads the entry; null when it cannot be listened on.</summary>
    /// <param name="listener">The entry.</param>
    /// <param name="certificates">The names in the <c>Certificates</c> section, in order.</param>
    /// <param name="trustsSomebody">Whether there are trusted proxies.</param>
    public static ListenerOptions? Read(SectionReader listener, IReadOnlyList<string> certificates, bool trustsSomebody)
    {
        var protocol = ReadProtocol(listener);
        var address = ReadAddress(listener);
        var isRedirect = protocol == RedirectProtocol;
        var chosen = isRedirect ? [] : ReadCertificates(listener, certificates);
        var acceptsProxyProtocol = ReadAcceptProxyProtocol(listener, trustsSomebody);
        var redirect = isRedirect ? ReadRedirect(listener) : null;
        var challenges = listener.FilePath("AcmeChallengeFolder");
        var clients = isRedirect ? null : ClientCertificateReader.Read(listener.Section("ClientCertificates"));
        // Which keys there may be depends on it: one error says enough.
        if (protocol is null) return null;
        var relay = Enum.TryParse<RelayProtocol>(protocol, ignoreCase: true, out var relayed) ? RelayReader.Read(listener, relayed) : null;
        RefuseOthers(listener, protocol, relay);
        listener.RejectUnknownKeys();
        return address is null
            ? null
            : new ListenerOptions
            {
                Name = listener.Name,
                Address = address,
                Certificates = chosen,
                ClientCertificates = clients,
                AcceptProxyProtocol = acceptsProxyProtocol,
                AcmeChallengeFolder = challenges,
                Redirect = redirect,
                Relay = relay,
            };
    }

    private static string? ReadProtocol(SectionReader listener)
    {
        var protocol = listener.Text("Protocol", Http, type: string.Join(", ", Protocols));
        if (Protocols.FirstOrDefault(known => known.Equals(protocol, StringComparison.OrdinalIgnoreCase)) is { } found) return found;
        listener.Report("Protocol", $"\"{protocol}\" is not a protocol", $"Write one of {string.Join(", ", Protocols)}.");
        return null;
    }

    private static bool ReadAcceptProxyProtocol(SectionReader listener, bool trustsSomebody)
    {
        var accepts = listener.Boolean("AcceptProxyProtocol", whenAbsent: false);
        if (accepts && !trustsSomebody)
        {
            listener.Report("AcceptProxyProtocol", "there are no TrustedProxies, so every connection would be closed",
                "Name the load balancers in TrustedProxies, at the top of the file: \"TrustedProxies\": [ \"10.0.0.5\" ].");
        }
        return accepts;
    }

    private static RedirectOptions ReadRedirect(SectionReader listener) => new()
    {
        HttpsPort = listener.Int32("HttpsPort", new RedirectOptions().HttpsPort, 1, ushort.MaxValue),
    };

    private static void RefuseOthers(SectionReader listener, string protocol, RelayOptions? relay)
    {
        const string mend = "Remove the key.";
        if (protocol == RedirectProtocol)
        {
            listener.Refuse("Certificates", "a redirect listener speaks no TLS and has none", mend);
            listener.Refuse("ClientCertificates", "a redirect listener speaks no TLS and asks for none", mend);
        }
        else
        {
            listener.Refuse("HttpsPort", "only a listener with \"Protocol\": \"redirect\" has it", mend);
            if (relay is { StartTls: not StartTlsMode.Implicit })
                listener.Refuse("AcmeChallengeFolder", "no authority looks for an answer behind STARTTLS", mend);
        }

        if (relay is not null) return;
        foreach (var key in RelayReader.Keys)
        {
            listener.Refuse(key, $"a listener with \"Protocol\": \"{protocol}\" relays to no backend of its own",
                protocol == Http ? "Remove the key; the services of HTTP stand in ReverseProxy." : mend);
        }
    }

    private static IPEndPoint? ReadAddress(SectionReader listener)
    {
        if (listener.RequiredText("Address", "0.0.0.0:443", "address and port") is not { } text)
            return null;

        if (HostAndPort.TryParse(text, out var address))
            return address;

        listener.Report("Address", $"\"{text}\" is not an IP address and a port",
            "Write, for example, \"0.0.0.0:443\" (every IPv4 interface), \"[::]:443\" (every interface) "
            + "or \"127.0.0.1:8443\".");
        return null;
    }

    private static List<string> ReadCertificates(SectionReader listener, IReadOnlyList<string> certificates)
    {
        var chosen = new List<string>();
        var written = listener.TextList("Certificates", certificates, certificates is [var first, ..] ? first : "web");
        if (written.Count == 0 && certificates.Count > 0)
            listener.Report("Certificates", "the list is empty",
                "Name at least one, or remove the key to use them all.");

        foreach (var name in written)
        {
            var known = certificates.FirstOrDefault(c => c.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (known is null)
                listener.Report("Certificates", $"there is no certificate \"{name}\" in the Certificates section",
                    NearestKey.Suggest(name, certificates));
            else if (chosen.Contains(known))
                listener.Report("Certificates", $"\"{name}\" stands twice",
                    "Keep it once, at the place of its preference.");
            else
                chosen.Add(known);
        }
        return chosen;
    }
}
