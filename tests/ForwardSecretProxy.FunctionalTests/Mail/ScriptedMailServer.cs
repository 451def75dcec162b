using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>A mail server that is just good enough for a real client: one user, no mail, STARTTLS of its own on offer.</summary>
/// <param name="connection">To its client.</param>
/// <param name="listener">Whose dialect it speaks.</param>
internal sealed class ScriptedMailServer(Wire connection, string listener)
{
    private const string SmtpOffer = "250-backend\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 PIPELINING\r\n";
    private const string SieveOffer = "\"IMPLEMENTATION\" \"backend\"\r\n\"SASL\" \"PLAIN\"\r\n\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK\r\n";
    private const string EndOfMessage = "\r\n.\r\n";

    /// <summary>The commands that have come, in order.</summary>
    public List<string> Commands { get; } = [];

    /// <summary>The message that has come, if one has.</summary>
    public string? Message { get; private set; }

    /// <summary>Serves until the client says goodbye, or goes.</summary>
    public async Task ServeAsync()
    {
        await connection.SendAsync(listener == "sieve" ? SieveOffer : Dialect.Of(listener).BackendGreeting);
        while (await connection.ReadLineAsync() is { Length: > 0 } line)
        {
            Commands.Add(line.TrimEnd());
            var words = line.TrimEnd().Split(' ');
            if (words is ["AUTH", _]) await ChallengeAsync();
            var reply = listener switch
            {
                "imap" => Imap(words[0], words[1].ToUpperInvariant()),
                "pop3" => Pop3(words[0].ToUpperInvariant(), words.Length > 1),
                "sieve" => Sieve(words[0].ToUpperInvariant()),
                _ => await SmtpAsync(words[0].ToUpperInvariant()),
            };
            await connection.SendAsync(reply);
            if (words.Any(word => word.ToUpperInvariant() is "QUIT" or "LOGOUT")) break;
        }

        await connection.DisposeAsync();
    }

    private async Task ChallengeAsync()
    {
        await connection.SendAsync(listener == "pop3" ? "+ \r\n" : "334 \r\n");
        Commands.Add((await connection.ReadLineAsync()).TrimEnd());
    }

    private async Task<string> SmtpAsync(string verb)
    {
        if (verb == "DATA")
        {
            await connection.SendAsync("354 go\r\n");
            Message = await connection.TakeAsync(text =>
                text.IndexOf(EndOfMessage, StringComparison.Ordinal) is var at and >= 0 ? at + EndOfMessage.Length : -1);
        }

        return verb switch
        {
            "EHLO" => SmtpOffer,
            "AUTH" => "235 in\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
    }

    private static string Imap(string tag, string verb) => string.Create(CultureInfo.InvariantCulture, $"{verb switch
    {
        "CAPABILITY" => "* CAPABILITY IMAP4rev1 STARTTLS SASL-IR AUTH=PLAIN\r\n",
        "LIST" => "* LIST () \"/\" INBOX\r\n",
        "NAMESPACE" => "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n",
        "LOGOUT" => "* BYE bye\r\n",
        _ => "",
    }}{tag} OK done\r\n");

    private static string Pop3(string verb, bool hasArgument) => verb switch
    {
        "CAPA" => "+OK\r\nSTLS\r\nUSER\r\nUIDL\r\nSASL PLAIN\r\n.\r\n",
        "STAT" => "+OK 0 0\r\n",
        "LIST" or "UIDL" when !hasArgument => "+OK\r\n.\r\n",
        _ => "+OK\r\n",
    };

    private static string Sieve(string verb) => verb == "CAPABILITY" ? SieveOffer : "OK\r\n";
}
