namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>ManageSieve inside TLS up to the login, and that nothing is touched after it.</summary>
[Collection(ScriptedMail.Name)]
public sealed class SieveDialogueTests(RelayFixture mail)
{
    private const string Script = "{22}\r\nkeep;\r\n\"STARTTLS\"\r\nOK\r\n\r\nOK\r\n\"STARTTLS\"\r\n";
    private const string Commands = "PUTSCRIPT \"a\" {10+}\r\nSTARTTLS\r\n\r\nSTARTTLS\r\nGETSCRIPT \"a\"\n\0\r";

    [Theory]
    [InlineData("AUTHENTICATE \"PLAIN\" \"AHRpbQBzZWNyZXQ=\"\r\n", "OK\r\n", false)]
    [InlineData("authenticate \"PLAIN\" {16+}\r\nAHRpbQBzZWNyZXQ=\r\n", "OK \"in\"\r\n", false)]
    [InlineData("AUTHENTICATE \"PLAIN\" {16+}\r\nAHRpbQBzZWNyZXQ=\r\n", "OK \"in\"\r\n", true)]
    [InlineData("AUTHENTICATE {5+}\r\nPLAIN {12+}\r\nSTARTTLS\r\n\r\n\r\n", "OK \"in\"\r\n", true)]
    [InlineData("AUTHENTICATE \"X\" \"x\"\r\n", "OK (SASL \"dj1h\") \"in\"\r\n", false)]
    [InlineData("AUTHENTICATE \"X\" \"x\"\r\n", "OK (SASL {10}\r\nSTARTTLS\r\n) {4}\r\nin\r\n\r\n", false)]
    [InlineData("AUTHENTICATE \"X\" \"x\"\r\n", "OK (SASL {10}\r\nSTARTTLS\r\n) {4}\r\nin\r\n\r\n", true)]
    [InlineData("AUTHENTICATE \"X\" \"x\"\r\n", "OK (SASL {0}\r\n) {0}\r\n\r\n", false)]
    public async Task Login_ThatSucceeds_OpensTheWay(string login, string reply, bool slowly)
    {
        await using var both = await mail.OpenAsync("sieve");

        await both.Client.SendAsync(login, slowly);
        await both.Backend.ExpectAsync(login);
        await both.Backend.SendAsync(reply, slowly);
        await both.Client.ExpectAsync(reply);

        await AssertUntouchedAsync(both);
    }

    [Theory]
    [InlineData("NO\r\n")]
    [InlineData("NO (TRYLATER) \"no\"\r\n")]
    [InlineData("NO {4}\r\nOK\r\n\r\n")]
    public async Task Login_ThatFails_ChangesNothing(string reply)
    {
        await using var both = await mail.OpenAsync("sieve");

        await both.ExchangeAsync("AUTHENTICATE \"PLAIN\" \"x\"\r\n", reply);

        await AssertFilteredAsync(both);
    }

    [Fact]
    public async Task Authenticate_WithChallenges_LogsIn()
    {
        await using var both = await mail.OpenAsync("sieve");

        await both.ExchangeAsync("AUTHENTICATE \"LOGIN\"\r\n", "{12}\r\nVXNlcm5hbWU6\r\n");
        await both.ExchangeAsync("\"STARTTLS\"\r\n", "\"UGFzc3dvcmQ6\"\r\n");
        await both.ExchangeAsync("{8+}\r\nc2VjcmV0\r\n", "OK\r\n");

        await AssertUntouchedAsync(both);
    }

    [Fact]
    public async Task Authenticate_ThatIsCancelled_ChangesNothing()
    {
        await using var both = await mail.OpenAsync("sieve");

        await both.ExchangeAsync("AUTHENTICATE \"PLAIN\"\r\n", "\"\"\r\n");
        await both.ExchangeAsync("\"*\"\r\n", "NO \"cancelled\"\r\n");

        await AssertFilteredAsync(both);
    }

    /// <summary>RFC 5804 section 2.13: how a client finds out that it and the server are of one mind after STARTTLS.</summary>
    [Fact]
    public async Task Noop_WithATag_IsTheBackends()
    {
        await using var both = await mail.OpenAsync("sieve");

        await both.ExchangeAsync("NOOP \"STARTTLS-SYNC-42\"\r\n", "OK (TAG \"STARTTLS-SYNC-42\") \"Done\"\r\n");
        await both.ExchangeAsync("NOOP {10+}\r\nSTARTTLS\r\n\r\n", "OK (TAG {10}\r\nSTARTTLS\r\n) \"Done\"\r\n");

        await AssertFilteredAsync(both);
    }

    /// <summary>RFC 5804 section 4: a client's literal never waits. Whether the backend takes such a one is not for us to guess.</summary>
    [Theory]
    [InlineData("NOOP {10}\r\nSTARTTLS\r\n\r\n")]
    [InlineData("AUTHENTICATE \"PLAIN\" {10}\r\nSTARTTLS\r\n\r\n")]
    [InlineData("AUTHENTICATE {99999999999+}\r\n")]
    [InlineData("STARTTLS {10+}\r\nSTARTTLS\r\n\r\n")]
    public async Task Literal_ThatCannotBeMeant_EndsTheConnection(string words)
    {
        await using var both = await mail.OpenAsync("sieve");

        await both.Client.SendAsync(words);
        await both.Client.ExpectLineAsync("BYE ");

        await both.Client.ExpectEndAsync();
        await both.Backend.ExpectEndAsync();
    }

    private static async Task AssertFilteredAsync(Conversation both)
    {
        await both.Client.SendAsync("STARTTLS\r\nCAPABILITY\r\n");
        await both.Client.ExpectLineAsync("NO ");
        await both.Backend.ExpectAsync("CAPABILITY\r\n");
        await both.Backend.SendAsync("\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK\r\n");
        await both.Client.ExpectAsync("\"SASL\" \"\"\r\nOK\r\n");
    }

    private static async Task AssertUntouchedAsync(Conversation both)
    {
        await both.ExchangeAsync(Commands, Script);
        await both.Client.SendAsync(Commands, slowly: true);
        await both.Backend.ExpectAsync(Commands);
        await both.Backend.SendAsync(Script, slowly: true);
        await both.Client.ExpectAsync(Script);
    }
}
