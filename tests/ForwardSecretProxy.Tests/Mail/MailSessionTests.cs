using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Mail;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Tests.Mail;

public class MailSessionTests
{
    [Fact]
    public async Task Run_Group_ReachesTheBackendBeforeItsReplies()
    {
        var backend = new MemoryEnd(() => 1000);
        var client = new MemoryEnd(() => 1000);
        backend.Arrive("220 x\r\n");
        client.Arrive("MAIL FROM:<>\r\nRCPT TO:<a>\r\nRCPT TO:<b>\r\nDATA\r\n");
        var session = Run(client, backend, new SmtpFilter(isClear: false, hidesGreeting: false));

        // DATA waits for those before it: only then can its reply be told from theirs.
        await Until(() => backend.Written.EndsWith("<b>\r\n", StringComparison.Ordinal));
        backend.Arrive("250 1\r\n250 2\r\n550 3\r\n");
        await Until(() => backend.Written.EndsWith("DATA\r\n", StringComparison.Ordinal));
        backend.Arrive("354 go\r\n");
        client.Arrive("QUIT\r\n.\r\nQUIT\r\n");
        await Until(() => backend.Written.EndsWith("DATA\r\nQUIT\r\n.\r\n", StringComparison.Ordinal));
        backend.Arrive("250 queued\r\n");
        await Until(() => backend.Written.EndsWith(".\r\nQUIT\r\n", StringComparison.Ordinal));
        backend.Arrive("221 bye\r\n");
        backend.End();

        Assert.Equal(SessionEndReason.BackendEnded, (await session).Reason);
        Assert.Equal("220 x\r\n250 1\r\n250 2\r\n550 3\r\n354 go\r\n250 queued\r\n221 bye\r\n", client.Written);
    }

    [Fact]
    public async Task Run_OwnAnswer_ComesAfterTheRepliesBefore()
    {
        var backend = new MemoryEnd(() => 1000);
        var client = new MemoryEnd(() => 1000);
        backend.Arrive("220 x\r\n");
        client.Arrive("MAIL FROM:<>\r\nSTARTTLS\r\nRCPT TO:<a>\r\nXCLIENT A=b\r\n");
        var session = Run(client, backend, new SmtpFilter(isClear: false, hidesGreeting: false));

        await Until(() => backend.Written == "MAIL FROM:<>\r\n");
        Assert.Equal("220 x\r\n", client.Written);
        backend.Arrive("250 1\r\n");
        await Until(() => backend.Written == "MAIL FROM:<>\r\nRCPT TO:<a>\r\n");
        backend.Arrive("250 2\r\n");
        await Until(() => client.Written.EndsWith("502 5.5.1 Not for clients\r\n", StringComparison.Ordinal));
        client.End();
        await Until(() => backend.IsEnded);
        backend.End();

        await session;
        Assert.Equal("220 x\r\n250 1\r\n503 5.5.1 TLS is active already\r\n250 2\r\n502 5.5.1 Not for clients\r\n", client.Written);
    }

    [Fact]
    public async Task Run_ClientVanishesInAMessage_BackendGetsNoEndMark()
    {
        var backend = new MemoryEnd(() => 1000);
        var client = new MemoryEnd(() => 1000);
        backend.Arrive("220 x\r\n");
        client.Arrive("DATA\r\n");
        var session = Run(client, backend, new SmtpFilter(isClear: false, hidesGreeting: false));
        await Until(() => backend.Written == "DATA\r\n");
        backend.Arrive("354 go\r\n");
        client.Arrive("half\r\n.\r");
        client.End();
        await Until(() => backend.IsEnded);
        backend.End();

        await session;
        Assert.Equal("DATA\r\nhalf\r\n", backend.Written);
    }

    [Fact]
    public async Task Run_BareNewlineWhereItIsRefused_EndsTheSessionWithoutTheMessage()
    {
        var backend = new MemoryEnd(() => 1000);
        var client = new MemoryEnd(() => 1000);
        backend.Arrive("220 x\r\n");
        client.Arrive("DATA\r\n");
        var session = Run(client, backend, new SmtpFilter(isClear: false, hidesGreeting: false), refusesBareNewlines: true);
        await Until(() => backend.Written == "DATA\r\n");
        backend.Arrive("354 go\r\n");
        client.Arrive("good\r\nbad\n.\r\n.\r\n");

        Assert.Equal(SessionEndReason.Closed, (await session).Reason);
        Assert.EndsWith("521 5.5.2 Bare CR or LF received; lines end in CR and LF\r\n", client.Written, StringComparison.Ordinal);
        Assert.Equal("DATA\r\n", backend.Written);
    }

    [Theory]
    [InlineData("STARTTLS\r\n", SessionEndReason.StartTls)]
    [InlineData("EHLO x\r\nSTARTTLS\r\n", SessionEndReason.StartTls)]
    [InlineData("STARTTLS\r\nEHLO x\r\n", SessionEndReason.Injected)]
    [InlineData("STARTTLS\r\n\u0016", SessionEndReason.Injected)]
    public async Task Run_StartTlsInTheClear_EndsTheDialogue(string commands, object reason)
    {
        var backend = new ToyBackend(RelayProtocol.Smtp, () => 1000);
        var client = new MemoryEnd(() => 1000);
        client.Arrive(commands);

        var end = await Run(client, backend.End, new SmtpFilter(isClear: true, hidesGreeting: false));

        Assert.Equal((SessionEndReason)reason, end.Reason);
        Assert.DoesNotContain(backend.Commands, command => command.StartsWith("STARTTLS", StringComparison.Ordinal));
        Assert.True(backend.Commands.Count <= 1);
    }

    [Fact]
    public async Task Run_BackendThatTalksRubbish_TellsTheClientAndEnds()
    {
        var backend = new MemoryEnd(() => 1000);
        var client = new MemoryEnd(() => 1000);
        backend.Arrive("HTTP/1.1 400 Bad Request\r\n\r\n");

        await Run(client, backend, new SmtpFilter(isClear: false, hidesGreeting: false));

        Assert.StartsWith("421 4.3.0 ", client.Written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LineWithoutEnd_IsRefusedInBoundedSpace()
    {
        var backend = new ToyBackend(RelayProtocol.Smtp, () => 1000);
        var client = new MemoryEnd(() => 1000);
        client.Arrive("NOOP\r\n" + new string('x', 100_000));

        Assert.Equal(SessionEndReason.Closed, (await Run(client, backend.End, new SmtpFilter(isClear: false, hidesGreeting: false))).Reason);
        Assert.EndsWith("421 4.3.0 Closing: the line is too long\r\n", client.Written, StringComparison.Ordinal);
        Assert.Equal(["NOOP\r\n"], backend.Commands);
    }

    internal static async Task<SessionEnd> Run(
        MemoryEnd client, MemoryEnd backend, MailFilter filter, bool refusesBareNewlines = false)
    {
        var relay = new Relay(client, new RelayCounters("test", RelayProtocol.Smtp), TimeSpan.FromMinutes(1));
        using var session = new MailSession(relay, backend, filter, refusesBareNewlines);
        return await session.RunAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 2000 && !condition(); i++) await Task.Delay(5);
        Assert.True(condition());
    }
}
