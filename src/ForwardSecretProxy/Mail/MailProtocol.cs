using System.Text;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Mail;

/// <summary>What is particular to each mail protocol outside its dialogue.</summary>
/// <param name="protocol">One of them, not <see cref="RelayProtocol.Tcp"/>.</param>
internal readonly struct MailProtocol(RelayProtocol protocol)
{
    /// <summary>What a client is greeted with when no backend can be reached; then the connection is closed.</summary>
    public ReadOnlyMemory<byte> Unavailable(string hostName) => Encoding.ASCII.GetBytes(protocol switch
    {
        RelayProtocol.Smtp => $"421 4.3.2 {hostName} Service not available, try again later\r\n",
        RelayProtocol.Imap => "* BYE [UNAVAILABLE] Service not available, try again later\r\n",
        RelayProtocol.Pop3 => "-ERR [SYS/TEMP] Service not available, try again later\r\n",
        _ => "BYE (TRYLATER) \"Service not available, try again later\"\r\n",
    });

    /// <summary>The polite end of a connection to a backend.</summary>
    public ReadOnlyMemory<byte> Goodbye => (protocol switch
    {
        RelayProtocol.Imap => "a LOGOUT\r\n"u8,
        RelayProtocol.Sieve => "LOGOUT\r\n"u8,
        _ => "QUIT\r\n"u8,
    }).ToArray();

    /// <summary>Whether the first line of a backend says that it takes clients.</summary>
    public bool IsWelcome(ReadOnlySpan<byte> line) => protocol switch
    {
        RelayProtocol.Smtp => line.StartsWith("220"u8),
        RelayProtocol.Imap => MailLine.Begins(line, "* OK"u8) || MailLine.Begins(line, "* PREAUTH"u8),
        RelayProtocol.Pop3 => MailLine.Begins(line, "+OK"u8),
        _ => line is [(byte)'"', ..] || MailLine.Begins(line, "OK"u8),
    };

    /// <summary>The proxy's own side of the words before TLS.</summary>
    public PlaintextDialogue Greet(string hostName) => protocol switch
    {
        RelayProtocol.Smtp => new SmtpPlaintext(hostName),
        RelayProtocol.Imap => new ImapPlaintext(),
        RelayProtocol.Pop3 => new Pop3Plaintext(),
        _ => new SievePlaintext(),
    };

    /// <summary>What is changed between client and backend.</summary>
    /// <param name="isClear">Whether there is no TLS (SMTP only).</param>
    /// <param name="isGreeted">Whether the client has been greeted already.</param>
    public MailFilter Filter(bool isClear, bool isGreeted) => protocol switch
    {
        RelayProtocol.Smtp => new SmtpFilter(isClear, hidesGreeting: isGreeted),
        RelayProtocol.Imap => new ImapFilter(hidesGreeting: isGreeted),
        RelayProtocol.Pop3 => new Pop3Filter(hidesGreeting: isGreeted),
        _ => new SieveFilter(),
    };
}
