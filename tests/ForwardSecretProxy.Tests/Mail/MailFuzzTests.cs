using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Mail;
using Xunit.Abstractions;

namespace ForwardSecretProxy.Tests.Mail;

/// <summary>
/// Random sessions against a server that follows the protocol by a reading of its own. Runs for a second with each protocol;
/// <c>FSP_FUZZ_SECONDS=600 dotnet test tests/ForwardSecretProxy.Tests -c Release --filter MailFuzzTests</c> for as long as one
/// likes. A failure names its seed; <c>FSP_FUZZ_SEED</c> repeats it.
/// </summary>
public class MailFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] SmtpPieces =
    [
        "EHLO x\r\n", "HELO x\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n", "DATA \r\n", "NOOP\r\n", "RSET\r\n", "NOOP\n",
        "NO\rOP\r\n", "NO\0OP\r\n", "STARTTLS\r\n", "starttls x\r\n", "AUTH PLAIN\r\n", "AUTH LOGIN AA==\r\n", "AA==\r\n", "*\r\n",
        "XCLIENT A=B\r\n", "BDAT 5\r\nSTART", "BDAT 12 LAST\r\nSTARTTLS\r\n\r\n", "BDAT 0\r\n", "BDAT x\r\n", "text\r\n", ".\r\n", "..\r\n",
        "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n", "\n", "\r", ".", "QUIT\r\n", "VRFY x\r\n", "?\r\n",
    ];

    private static readonly string[] ImapPieces =
    [
        "a NOOP\r\n", "b CAPABILITY\r\n", "c STARTTLS\r\n", "c starttls\r\n", "d LOGIN u p\r\n", "e LOGIN {1}\r\nu {1}\r\np\r\n",
        "f LOGIN {1+}\r\nu {10+}\r\na STARTTLS\r\n", "g ID {3}\r\n", "h LOGIN {99999999999}\r\n", "i AUTHENTICATE PLAIN\r\n", "AA==\r\n",
        "* BAD\r\n", "+ x\r\n", "\r\n", "\n", "j NO\rOP\r\n", "k NO\0OP\r\n", "l NOOP\n", "{5}\r\n", "m X {0}\r\n\r\n", "n X {0+}\r\n\r\n", "LOGOUT\r\n",
    ];

    private static readonly string[] Pop3Pieces =
    [
        "CAPA\r\n", "STLS\r\n", "stls x\r\n", "USER a\r\n", "PASS b\r\n", "AUTH\r\n", "AUTH PLAIN\r\n", "AA==\r\n", "NOOP\n", "NO\0OP\r\n", "QUIT\r\n",
        "\r\n", "UTF8\r\n", "LANG\r\n", "LANG en\r\n", ".\r\n",
    ];

    private static readonly string[] SievePieces =
    [
        "CAPABILITY\r\n", "STARTTLS\r\n", "starttls \"x\"\r\n", "AUTHENTICATE \"PLAIN\" \"AA==\"\r\n", "AUTHENTICATE \"PLAIN\" {10+}\r\nSTARTTLS\r\n\r\n",
        "NOOP \"x\"\r\n", "NOOP {3+}\r\nabc\r\n", "NOOP\n", "NO\0OP\r\n", "LOGOUT\r\n", "\r\n", "PUTSCRIPT \"a\" {10+}\r\nSTARTTLS\r\n\r\n", "{99999999999+}\r\n",
    ];

    [Theory]
    [InlineData(RelayProtocol.Smtp, false)]
    [InlineData(RelayProtocol.Smtp, true)]
    [InlineData(RelayProtocol.Imap, false)]
    [InlineData(RelayProtocol.Pop3, false)]
    [InlineData(RelayProtocol.Sieve, false)]
    public async Task Session_RandomCommands_IsTheSameInAnyPiecesAndNeverLeaksACommand(object protocol, bool isClear)
    {
        var count = await FuzzRun.RunAsync(seed => CheckAsync((RelayProtocol)protocol, isClear, new Random(seed)));

        output.WriteLine($"{count} sessions");
    }

    private static async Task CheckAsync(RelayProtocol protocol, bool isClear, Random random)
    {
        var script = Script(protocol, random);
        try
        {
            var whole = await RunAsync(protocol, isClear, script, () => 64 * 1024);
            Assert.Equal(whole, await RunAsync(protocol, isClear, script, () => 1));
            Assert.Equal(whole, await RunAsync(protocol, isClear, script, () => random.Next(1, 9)));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{protocol} {isClear}: {script.ReplaceLineEndings("|")}", exception);
        }
    }

    private static string Script(RelayProtocol protocol, Random random)
    {
        var pieces = protocol switch
        {
            RelayProtocol.Smtp => SmtpPieces,
            RelayProtocol.Imap => ImapPieces,
            RelayProtocol.Pop3 => Pop3Pieces,
            _ => SievePieces,
        };
        var script = new StringBuilder();
        for (var left = random.Next(1, 20); left > 0; left--)
        {
            if (random.Next(20) > 0) script.Append(pieces[random.Next(pieces.Length)]);
            else script.Append((char)random.Next(256));
        }

        return script.ToString();
    }

    /// <summary>What the client got, what the backend took for commands, and how it ended.</summary>
    private static async Task<(string, string, SessionEndReason)> RunAsync(
        RelayProtocol protocol, bool isClear, string script, Func<int> piece)
    {
        var backend = new ToyBackend(protocol, piece);
        var client = new MemoryEnd(piece);
        client.Arrive(script);
        client.End();
        var filter = new MailProtocol(protocol).Filter(isClear, isGreeted: false);
        var end = await MailSessionTests.Run(client, backend.End, filter);

        if (!filter.IsOpaque)
        {
            Assert.All(backend.Commands, command => Assert.Null(MailLine.Fault(Encoding.Latin1.GetBytes(command))));
            Assert.DoesNotContain(backend.Commands, command => IsStartTls(protocol, command));
            if (isClear) Assert.DoesNotContain(backend.Commands, command => command.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(client.Written.Split("\r\n"), line => protocol != RelayProtocol.Smtp && line is "STLS" or "\"STARTTLS\"");
        }

        // Whether bytes behind STARTTLS have come already is a matter of time; that they are not processed is not.
        var reason = end.Reason == SessionEndReason.Injected ? SessionEndReason.StartTls : end.Reason;
        return (client.Written, string.Concat(backend.Commands), reason);
    }

    private static bool IsStartTls(RelayProtocol protocol, string command)
    {
        var words = command.TrimEnd().Split(' ');
        var verb = protocol == RelayProtocol.Imap ? words.ElementAtOrDefault(1) : words[0];
        return string.Equals(verb, protocol == RelayProtocol.Pop3 ? "STLS" : "STARTTLS", StringComparison.OrdinalIgnoreCase);
    }
}
