using System.Net;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads one entry of <c>Listeners</c>.</summary>
internal static class ListenerReader
{
    private static readonly string[] MailProtocols = ["tcp", "smtp", "imap", "pop3", "sieve"];

    /// <summary>Reads the entry; null when it cannot be listened on.</summary>
    /// <param name="listener">The entry.</param>
    /// <param name="certificates">The names in the <c>Certificates</c> section, in order.</param>
    public static ListenerOptions? Read(SectionReader listener, IReadOnlyList<string> certificates)
    {
        var speaksHttp = ReadProtocol(listener);
        var address = ReadAddress(listener);
        var chosen = ReadCertificates(listener, certificates);
        var clients = ClientCertificateReader.Read(listener.Section("ClientCertificates"));
        // The keys of a mail listener are not unknown, only early: one error, at Protocol, says so.
        if (speaksHttp)
            listener.RejectUnknownKeys();
        return address is null || !speaksHttp
            ? null
            : new ListenerOptions
            {
                Name = listener.Name, Address = address, Certificates = chosen, ClientCertificates = clients,
            };
    }

    private static bool ReadProtocol(SectionReader listener)
    {
        var protocol = listener.Text("Protocol", "http", type: "http");
        if (string.Equals(protocol, "http", StringComparison.OrdinalIgnoreCase))
            return true;

        if (MailProtocols.Contains(protocol, StringComparer.OrdinalIgnoreCase))
            listener.Report("Protocol", $"{protocol} is not supported by this version",
                "Only http is; take the listener out of the file.");
        else
            listener.Report("Protocol", $"\"{protocol}\" is not a protocol", "Write \"http\".");
        return false;
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
