namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>POP3 inside TLS up to the login, and that nothing is touched after it.</summary>
[Collection(ScriptedMail.Name)]
public sealed class Pop3DialogueTests(RelayFixture mail)
{
    private const string Message = "+OK message follows\r\nSTLS\r\n..\r\n..STLS\r\n\0\xff\n\r\n.\r\n";

    [Theory]
    [InlineData("PASS secret")]
    [InlineData("pass secret {5+}")]
    [InlineData("APOP tim c4c9334bac560ecc979e58001b3e22fb")]
    [InlineData("AUTH PLAIN AHRpbQBzZWNyZXQ=")]
    public async Task Login_ThatSucceeds_OpensTheWay(string login)
    {
        await using var both = await mail.OpenAsync("pop3");
        await both.ExchangeAsync("USER tim\r\n", "+OK\r\n");

        await both.ExchangeAsync(login + "\r\n", "+OK in\r\n");

        await AssertUntouchedAsync(both);
    }

    [Theory]
    [InlineData("PASS wrong")]
    [InlineData("APOP tim wrong")]
    [InlineData("AUTH PLAIN x")]
    [InlineData("USER tim")]
    public async Task Login_ThatFails_ChangesNothing(string login)
    {
        await using var both = await mail.OpenAsync("pop3");

        await both.ExchangeAsync(login + "\r\n", "-ERR no\r\n");

        await AssertFilteredAsync(both);
    }

    [Fact]
    public async Task User_ThatIsWelcome_IsNotInYet()
    {
        await using var both = await mail.OpenAsync("pop3");

        await both.ExchangeAsync("USER tim\r\n", "+OK\r\n");

        await AssertFilteredAsync(both);
    }

    [Fact]
    public async Task Auth_WithChallenges_LogsIn()
    {
        await using var both = await mail.OpenAsync("pop3");

        await both.ExchangeAsync("AUTH LOGIN\r\n", "+ VXNlcm5hbWU6\r\n");
        await both.ExchangeAsync("STLS\r\n", "+ UGFzc3dvcmQ6\r\n");
        await both.ExchangeAsync("c2VjcmV0\r\n", "+OK in\r\n");

        await AssertUntouchedAsync(both);
    }

    [Fact]
    public async Task Auth_ThatIsCancelled_ChangesNothing()
    {
        await using var both = await mail.OpenAsync("pop3");

        await both.ExchangeAsync("AUTH PLAIN\r\n", "+ \r\n");
        await both.ExchangeAsync("*\r\n", "-ERR cancelled\r\n");

        await AssertFilteredAsync(both);
    }

    /// <summary>A list does not end at a line that only begins with a dot, and a reply that is none is no list.</summary>
    [Fact]
    public async Task Lists_EndAtTheirDot()
    {
        await using var both = await mail.OpenAsync("pop3");

        await both.ExchangeAsync("CAPA\r\n", "+OK\r\n+OK\r\n..\r\n.x\r\n-ERR\r\n.\r\n");
        await both.ExchangeAsync("LANG\r\n", "+OK\r\nde Deutsch\r\n.\r\n");
        await both.ExchangeAsync("LANG de\r\n", "+OK Deutsch\r\n");
        await both.ExchangeAsync("AUTH\r\n", "+OK\r\nPLAIN\r\n.\r\n");
        await both.ExchangeAsync("CAPA\r\n", "-ERR no\r\n");

        await AssertFilteredAsync(both);
    }

    private static async Task AssertFilteredAsync(Conversation both)
    {
        await both.Client.SendAsync("STLS\r\nCAPA\r\n");
        await both.Client.ExpectLineAsync("-ERR ");
        await both.Backend.ExpectAsync("CAPA\r\n");
        await both.Backend.SendAsync("+OK\r\nSTLS\r\nUIDL\r\n.\r\n");
        await both.Client.ExpectAsync("+OK\r\nUIDL\r\n.\r\n");
    }

    private static async Task AssertUntouchedAsync(Conversation both)
    {
        await both.ExchangeAsync("RETR 1\r\n", Message);
        await both.ExchangeAsync("CAPA\r\nSTLS\r\n\n\0\r", "+OK\r\nSTLS\r\n.\r\n-ERR\r\n");
        await both.Backend.SendAsync(Message, slowly: true);
        await both.Client.ExpectAsync(Message);
    }
}
