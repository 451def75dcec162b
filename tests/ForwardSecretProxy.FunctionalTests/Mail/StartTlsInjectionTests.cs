using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// What stands behind a STARTTLS command in the clear was put there by somebody on the way (CVE-2011-0411, RFC 3207 section 4.2):
/// the connection ends, nothing of it is read as a command, before or after TLS, and it is counted (<see cref="StartTlsCounterTests"/>).
/// </summary>
[Collection(ScriptedMail.Name)]
public sealed class StartTlsInjectionTests(RelayFixture mail)
{
    private const string Injected = "[3202]";

    public static TheoryData<string, string> Injections
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var listener in (string[])["smtp", "imap", "pop3", "sieve"])
            {
                foreach (var words in (string[])[Dialect.Of(listener).Question + "\r\n", "EHLO x\r\n", "x", "\n", Dialect.Of(listener).StartTls + "\r\n"])
                    all.Add(listener, words);
            }

            return all;
        }
    }

    public static TheoryData<string> All => ["smtp", "imap", "pop3", "sieve"];

    [Theory]
    [MemberData(nameof(Injections))]
    public Task Words_BehindStartTls_EndTheConnection(string listener, string words) => AssertRefusedAsync(listener, words);

    [Theory]
    [MemberData(nameof(All))]
    public Task ClientHello_BehindStartTls_EndsTheConnection(string listener) =>
        AssertRefusedAsync(listener, Encoding.Latin1.GetString(ClientHello.ToRecords(ClientHello.Tls13().ToMessage())));

    /// <summary>The end of STARTTLS's line arrives together with what follows.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Words_WithTheLastByteOfStartTls_EndTheConnection(string listener)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(Dialect.Of(listener).StartTls + "\r");
        await client.SendAsync("\nNOOP\r\n");

        await AssertSentAwayAsync(client, listener);
        await mail.AssertBackendUntouchedAsync(listener, "NOOP again\r\n");
    }

    /// <summary>
    /// In a segment of its own it may come when the answer is on its way already: then it is no ClientHello.
    /// </summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Words_InTheNextSegment_AreNeverACommand(string listener)
    {
        var dialect = Dialect.Of(listener);
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(dialect.StartTls + "\r\n");
        await client.SendAsync("NOOP\r\nNOOP\r\n");
        var heard = await client.ReadToEndAsync();

        var lines = heard.Split("\r\n");
        Assert.True(
            lines is [var farewell, ""] && farewell.StartsWith(dialect.Farewell, StringComparison.Ordinal)
            || (lines is [var agreed, var alert] && agreed.StartsWith(dialect.Agreed, StringComparison.Ordinal) && IsAlert(alert)),
            heard);
        await mail.AssertBackendUntouchedAsync(listener, "NOOP again\r\n");
    }

    /// <summary>The control: the same words inside TLS, in one piece with others, do reach the backend.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Words_InsideTls_ReachTheBackend(string listener)
    {

        await mail.AssertBackendUntouchedAsync(listener, Dialect.Of(listener).Question + "\r\n");
        await mail.AssertBackendUntouchedAsync(listener, "EHLO x\r\n");
    }

    [Fact]
    public async Task Event_OfAnInjection_NamesTheListenerAndNobody()
    {
        await AssertRefusedAsync("imap", "b NOOP\r\n");

        // At most one a minute.
        var line = mail.Lines.First(line => line.Contains(Injected, StringComparison.Ordinal));
        Assert.Contains("STARTTLS", line, StringComparison.Ordinal);
        Assert.Matches("listener (smtp|imap|pop3|sieve|mx) ", line);
        Assert.DoesNotContain("127.0.0.1", line, StringComparison.Ordinal);
    }

    private async Task AssertRefusedAsync(string listener, string words)
    {
        await using var client = await mail.MeetAsync(listener);

        await client.SendAsync(Dialect.Of(listener).StartTls + "\r\n" + words);

        await AssertSentAwayAsync(client, listener);
        await mail.AssertBackendUntouchedAsync(listener);
    }

    /// <summary>Not even STARTTLS itself is agreed to.</summary>
    private static async Task AssertSentAwayAsync(Wire client, string listener)
    {
        await client.ExpectLineAsync(Dialect.Of(listener).Farewell);
        await client.ExpectEndAsync();
    }

    private static bool IsAlert(string bytes)
    {
        const char alert = (char)21;
        return bytes.Length == 0 || bytes[0] == alert;
    }
}
