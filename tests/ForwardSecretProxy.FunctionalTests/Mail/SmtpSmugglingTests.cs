namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// SMTP smuggling (CVE-2023-51764, CVE-2023-51765, CVE-2023-51766): whatever a backend takes for the end of a message, it finds
/// one end in one message.
/// </summary>
[Collection(ScriptedMail.Name)]
public sealed class SmtpSmugglingTests(RelayFixture mail)
{
    private const string Beginning = "Subject: one\r\n\r\nhello";

    private const string Smuggled =
        "MAIL FROM:<admin@example.test>\r\nRCPT TO:<victim@example.test>\r\nDATA\r\nSubject: two\r\n\r\nsmuggled\r\n.\r\n";

    /// <summary>What the literature knows as end marks, and all that is put together from the same parts.</summary>
    public static TheoryData<string, string> Marks
    {
        get
        {
            var marks = new TheoryData<string, string>();
            foreach (var listener in (string[])["smtps", "mx"])
            {
                foreach (var mark in (string[])
                [
                    "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\n.\r", "\r.\n", "\r.\r\n", "\r\r.\r\r", "\r\r\n.\r\r\n", "\n\n.\n\n",
                    "\r\n\0.\r\n", "\r\n.\0\r\n", "\n\0.\r\n", "\r\n.\n.\r.\n",
                ])
                    marks.Add(listener, mark);
            }

            return marks;
        }
    }

    [Theory]
    [MemberData(nameof(Marks))]
    public async Task Message_WithSomethingLikeAnEndInIt_StaysOne(string listener, string mark)
    {
        foreach (var slowly in (bool[])[false, true])
        {
            await using var client = listener == "mx" ? await mail.ConnectAsync(listener) : await mail.BeginTlsAsync(listener);
            var server = new LenientSmtpServer(await mail.BackendOf(listener).AcceptAsync());

            var served = server.ServeAsync();
            await SendAsync(client, mark, slowly);
            await client.ExpectAsync("221 bye\r\n");
            await served;

            var message = Assert.Single(server.Messages);
            Assert.StartsWith(Beginning, message, StringComparison.Ordinal);
            Assert.EndsWith("smuggled\r\n.\r\n", message, StringComparison.Ordinal);
        }
    }

    /// <summary>The control: without the proxy the same server takes the same bytes for two messages.</summary>
    [Theory]
    [MemberData(nameof(Marks))]
    public async Task Message_WithoutTheProxy_BecomesTwo(string listener, string mark)
    {
        using var listening = new WireServer();
        await using var client = await Wire.ConnectAsync(listening.Port);
        var server = new LenientSmtpServer(await listening.AcceptAsync());

        var served = server.ServeAsync();
        await SendAsync(client, mark, slowly: listener == "mx");
        await client.ReadToEndAsync();
        await served;

        Assert.True(server.Messages.Count >= 2, string.Join('|', server.Messages));
        Assert.Contains("smuggled", server.Messages[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("smuggled", server.Messages[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\n.\nb")]
    [InlineData("a\r\n.\rb")]
    [InlineData("a\r\n.\nb")]
    public async Task BareLineEnd_WhereItIsRefused_EndsTheConnectionAndTheMessage(string text)
    {
        foreach (var slowly in (bool[])[false, true])
        {
            await using var both = await mail.OpenAsync("strict");
            await both.ExchangeAsync("DATA\r\n", "354 go\r\n");

            await both.Client.SendAsync(text + "\r\n.\r\n", slowly);
            await both.Client.ExpectLineAsync("521 5.5.2 ");

            await both.Client.ExpectEndAsync();
            Assert.DoesNotContain(".\r\n", await both.Backend.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Message_WithoutBareLineEnds_IsTakenWhereTheyAreRefused()
    {
        await using var both = await mail.OpenAsync("strict");

        await both.ExchangeAsync("DATA\r\n", "354 go\r\n");
        await both.ExchangeAsync("a\r\n..\r\n\r\n.\r\n", "250 queued\r\n");
    }

    private static async Task SendAsync(Wire client, string mark, bool slowly)
    {
        await client.ExpectLineAsync("220 ");
        foreach (var command in (string[])["MAIL FROM:<tim@example.test>", "RCPT TO:<ann@example.test>"])
        {
            await client.SendAsync(command + "\r\n");
            await client.ExpectLineAsync("250 ");
        }

        await client.SendAsync("DATA\r\n");
        await client.ExpectLineAsync("354 ");
        await client.SendAsync(Beginning + mark + Smuggled, slowly);
        await client.ExpectLineAsync("250 ");
        await client.SendAsync("QUIT\r\n");
    }
}
