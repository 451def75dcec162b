namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>
/// A client's side of the words before TLS, in any pieces. Bounded: a server that talks on and on is broken off.
/// </summary>
public abstract class StartTlsDialogue
{
    /// <summary>Servers say a few hundred bytes; one that says this much (in bytes) has something else in mind.</summary>
    private const int MostBytes = 64 * 1024;

    /// <summary>The reason where the protocol lets a server say what it has, and STARTTLS is not among it.</summary>
    private protected const string NotOffered = "it does not offer STARTTLS";

    private int _taken;

    /// <summary>What to send, after <see cref="StartTlsStep.Send"/>.</summary>
    public ReadOnlyMemory<byte> Command { get; private set; }

    /// <summary>What the server said that ended the dialogue, or what was wrong with it; harmless on a terminal.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The dialogue of a protocol.</summary>
    /// <param name="protocol">Which.</param>
    /// <param name="host">The server's name, for protocols that ask for a host among several.</param>
    public static StartTlsDialogue For(StartTlsProtocol protocol, string host) => protocol switch
    {
        StartTlsProtocol.Smtp => new SmtpStartTls(),
        StartTlsProtocol.Imap => new ImapStartTls(),
        StartTlsProtocol.Pop3 => new Pop3StartTls(),
        StartTlsProtocol.Sieve => new SieveStartTls(),
        StartTlsProtocol.Xmpp => new XmppStartTls(host, "jabber:client"),
        StartTlsProtocol.XmppServer => new XmppStartTls(host, "jabber:server"),
        StartTlsProtocol.Ldap => new LdapStartTls(),
        StartTlsProtocol.Postgres => new PostgresStartTls(),
        _ => throw new ArgumentOutOfRangeException(nameof(protocol)),
    };

    /// <summary>Begins, or begins anew for the next connection.</summary>
    /// <returns><see cref="StartTlsStep.Send"/> where the client speaks first, otherwise <see cref="StartTlsStep.More"/>.</returns>
    public StartTlsStep Begin()
    {
        _taken = 0;
        return Start();
    }

    /// <summary>Takes what arrived.</summary>
    public StartTlsStep Take(ReadOnlySpan<byte> data)
    {
        _taken += Math.Min(data.Length, MostBytes);
        if (_taken > MostBytes) return Break("it talks on and on");
        while (!data.IsEmpty)
        {
            var step = TakeNext(ref data);
            // What comes before we have spoken cannot be an answer. After the last word it would be plaintext that passes
            // for the protected dialogue (RFC 3207 section 4.2, CVE-2011-0411, CVE-2021-23222).
            if (step == StartTlsStep.Send && !data.IsEmpty) return Break("it speaks before its turn", data);
            if (step == StartTlsStep.Ready && !data.IsEmpty)
                return Break("it sends plaintext behind its go-ahead, which would pass for protected", data);
            if (step != StartTlsStep.More) return step;
        }

        return StartTlsStep.More;
    }

    /// <summary>Puts the protocol's own state to the beginning, and says who speaks first.</summary>
    private protected abstract StartTlsStep Start();

    /// <summary>
    /// Takes one line, element or message off the front; <see cref="StartTlsStep.More"/> when there is another, or all was taken.
    /// </summary>
    private protected abstract StartTlsStep TakeNext(ref ReadOnlySpan<byte> data);

    /// <summary>Says something.</summary>
    private protected StartTlsStep Send(ReadOnlyMemory<byte> command)
    {
        Command = command;
        return StartTlsStep.Send;
    }

    /// <summary>Ends with the server's own words.</summary>
    private protected StartTlsStep Refuse(ReadOnlySpan<byte> words) => Refuse(ServerWords.Read(words));

    /// <summary>Ends with what the server's answer means.</summary>
    private protected StartTlsStep Refuse(string reason)
    {
        Reason = reason;
        return StartTlsStep.Refused;
    }

    /// <summary>Ends with a breach of the protocol, and the words that are one.</summary>
    private protected StartTlsStep Break(string reason, ReadOnlySpan<byte> words = default)
    {
        Reason = words.IsEmpty ? reason : $"{reason}: \"{ServerWords.Read(words)}\"";
        return StartTlsStep.Broken;
    }
}
