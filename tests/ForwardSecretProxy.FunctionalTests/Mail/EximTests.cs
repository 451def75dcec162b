using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>config/mail-exim.jsonc before Exim.</summary>
[Collection(MailServers.Name)]
public sealed class EximTests(MailFixture mail)
{
    private const string Recipient = EximServer.User + "@example.test";

    [Theory]
    [InlineData(587, "127.0.0.51")]
    [InlineData(465, "127.0.0.52")]
    public async Task User_ByTls_SendsMailInTheirOwnName(int port, string client)
    {
        string[] tls = port == 587 ? Swaks.StartTls(mail) : Swaks.ImplicitTls(mail);

        var result = await Swaks.SendAsync(mail.EximPorts[port], client, "user at " + port, Recipient,
            [.. tls, "--auth", "PLAIN", "--auth-user", EximServer.User, "--auth-password", mail.Exim.Password]);

        Assert.True(result.ExitCode == 0, result.Text);
        await DeliveredAsync(client, "A=plain:" + EximServer.User);
        Assert.Contains(mail.Exim.Messages(), message => message.Contains("Subject: user at " + port, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "127.0.0.53")]
    [InlineData(false, "127.0.0.54")]
    public async Task OtherServer_WithTlsOrWithout_BringsMail(bool tls, string client)
    {
        var result = await Swaks.SendAsync(
            mail.EximPorts[25], client, "from elsewhere", Recipient, tls ? Swaks.StartTls(mail) : []);

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Matches(Swaks.OfferInTheClear, result.Output);
        Assert.DoesNotMatch(Swaks.OfferInsideTls, result.Output);
        await DeliveredAsync(client, "P=esmtp");
    }

    /// <summary>What goes wrong when the address does not arrive: this machine itself may relay.</summary>
    [Theory]
    [InlineData(true, "127.0.0.55")]
    [InlineData(false, "127.0.0.56")]
    public async Task OtherServer_ToAnotherServer_IsRefused(bool tls, string client)
    {
        var result = await Swaks.SendAsync(
            mail.EximPorts[25], client, "relay", "somebody@third.test", tls ? Swaks.StartTls(mail) : []);

        Assert.NotEqual(0, result.ExitCode);
        await mail.Exim.WaitForLineAsync($"[{client}]", "relay not permitted");
    }

    private async Task DeliveredAsync(string client, string how)
    {
        // "2026-11-26 04:19:34 1xWQxK-0002xt-2M <= bob@elsewhere.test H=... [127.0.0.51] P=esmtpa A=plain:alice S=400"
        var line = await mail.Exim.WaitForLineAsync(" <= ", $"[{client}]", how);
        await mail.Exim.WaitForLineAsync(line.Split(' ')[2], "Completed");
    }
}
