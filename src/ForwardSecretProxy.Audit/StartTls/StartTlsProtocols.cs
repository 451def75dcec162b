using System.Diagnostics.CodeAnalysis;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>The protocols' names and ports.</summary>
public static class StartTlsProtocols
{
    private static readonly (StartTlsProtocol Protocol, string Name, int Port)[] Table =
    [
        (StartTlsProtocol.Smtp, "smtp", 25),
        (StartTlsProtocol.Imap, "imap", 143),
        (StartTlsProtocol.Pop3, "pop3", 110),
        (StartTlsProtocol.Sieve, "sieve", 4190),
        (StartTlsProtocol.Xmpp, "xmpp", 5222),
        (StartTlsProtocol.XmppServer, "xmpp-server", 5269),
        (StartTlsProtocol.Ldap, "ldap", 389),
        (StartTlsProtocol.Postgres, "postgres", 5432),
    ];

    /// <summary>What <c>--starttls</c> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>As <c>--starttls</c> takes it: <c>xmpp-server</c>.</summary>
    public static string ToText(this StartTlsProtocol protocol) => Row(protocol).Name;

    /// <summary>The port it is registered for at IANA.</summary>
    public static int DefaultPort(this StartTlsProtocol protocol) => Row(protocol).Port;

    /// <summary>Reads one of <see cref="Names"/>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out StartTlsProtocol? protocol)
    {
        var at = Array.FindIndex(Table, row => row.Name == text);
        protocol = at < 0 ? null : Table[at].Protocol;
        return at >= 0;
    }

    private static (StartTlsProtocol Protocol, string Name, int Port) Row(StartTlsProtocol protocol) =>
        Array.Find(Table, row => row.Protocol == protocol);
}
