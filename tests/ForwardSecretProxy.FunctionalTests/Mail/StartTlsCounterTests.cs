namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>What the tests beside this one show is counted, once each, at its listener and at no other.</summary>
[Collection(ScriptedMail.Name)]
public sealed class StartTlsCounterTests(RelayFixture mail)
{
    private static readonly string[] Required = ["smtp", "imap", "pop3", "sieve"];

    [Fact]
    public async Task Refusals_OfLogins_AreCounted()
    {
        var expected = new SortedDictionary<string, long>();
        var before = await mail.CountAsync();

        foreach (var row in StartTlsRequiredTests.Logins.Concat(StartTlsRequiredTests.Literals))
        {
            var (listener, words) = ((string)row[0], (string)row[1]);
            await using var client = await mail.MeetAsync(listener);
            await client.SendAsync(words + "\r\n");
            await client.ReadLineAsync();
            var isLiteral = words.Contains("+}", StringComparison.Ordinal) || words.Contains("\r\n", StringComparison.Ordinal);
            if (!isLiteral || words.Contains("LOGIN", StringComparison.Ordinal) || words.Contains("AUTH", StringComparison.Ordinal))
                Add(expected, "plaintext_refusals at " + listener);
        }

        await using (var both = await OpenMxAsync())
        {
            await both.Client.SendAsync("AUTH PLAIN AHRpbQB4\r\nauth login\r\n");
            await both.Client.ExpectLineAsync("538 ");
            await both.Client.ExpectLineAsync("538 ");
            expected["plaintext_refusals at mx"] = 2;
        }

        var counted = await mail.CountAsync();
        Assert.Equal(expected, counted.Since(before, "plaintext_refusals", "starttls_upgrades", "starttls_injections"));
    }

    [Fact]
    public async Task Injections_AreCountedAndAreNoUpgrades()
    {
        var expected = new SortedDictionary<string, long>();
        var before = await mail.CountAsync();

        foreach (var row in StartTlsInjectionTests.Injections)
        {
            var (listener, words) = ((string)row[0], (string)row[1]);
            await using var client = await mail.MeetAsync(listener);
            await client.SendAsync(Dialect.Of(listener).StartTls + "\r\n" + words);
            await client.ReadToEndAsync();
            Add(expected, "starttls_injections at " + listener);
        }

        foreach (var words in SmtpOpportunisticTests.Intrusions)
        {
            await using var both = await OpenMxAsync();
            await both.Client.SendAsync("RSET\r\nSTARTTLS\r\n");
            await both.Backend.ExpectAsync("RSET\r\n");
            await both.Client.SendAsync(words);
            await both.ReplyAsync("250 ok\r\n");
            await both.Client.ReadToEndAsync();
            Add(expected, "starttls_injections at mx");
        }

        var counted = await mail.CountAsync();
        Assert.Equal(expected, counted.Since(before, "plaintext_refusals", "starttls_upgrades", "starttls_injections"));
    }

    [Fact]
    public async Task Upgrades_AreCountedWhereTlsBegins()
    {
        var expected = new SortedDictionary<string, long>();
        var before = await mail.CountAsync();

        foreach (var listener in Required)
        {
            await (await mail.OpenAsync(listener)).DisposeAsync();
            await (await mail.OpenAsync(listener + 's')).DisposeAsync();
            await using var notAgreed = await mail.MeetAsync(listener);
            await notAgreed.SendAsync(Dialect.Of(listener).StartTls + " now\r\n");
            await notAgreed.ReadLineAsync();
            Add(expected, "starttls_upgrades at " + listener);
        }

        await using (var clear = await OpenMxAsync())
            await clear.ExchangeAsync("NOOP\r\n", "250 ok\r\n");
        await using (var both = await OpenMxAsync())
        {
            await RelayFixture.StartTlsAsync(both.Client, "mx");
            await (await mail.BackendOf("mx").AcceptAsync()).DisposeAsync();
            Add(expected, "starttls_upgrades at mx");
        }

        var counted = await mail.CountAsync();
        Assert.Equal(expected, counted.Since(before, "plaintext_refusals", "starttls_upgrades", "starttls_injections"));
    }

    [Fact]
    public async Task Backends_ThatDoNotWelcome_AreCounted()
    {
        var expected = new SortedDictionary<string, long>();
        var before = await mail.CountAsync();

        foreach (var listener in (string[])["smtp", "imap", "pop3"])
        {
            await using var client = await mail.BeginTlsAsync(listener);
            await using var backend = await mail.BackendOf(listener).AcceptAsync();
            await backend.SendAsync(Dialect.Of(listener).Refusal);
            await client.ReadToEndAsync();
            Add(expected, "backend_failures at " + listener);
        }

        Assert.Equal(expected, (await mail.CountAsync()).Since(before, "backend_failures"));
    }

    private async Task<Conversation> OpenMxAsync()
    {
        var client = await mail.ConnectAsync("mx");
        var both = new Conversation(client, await mail.BackendOf("mx").AcceptAsync());
        await both.ReplyAsync(Dialect.Of("mx").BackendGreeting);
        return both;
    }

    private static void Add(SortedDictionary<string, long> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
