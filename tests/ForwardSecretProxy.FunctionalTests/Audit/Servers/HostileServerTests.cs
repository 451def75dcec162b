using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The hostile servers do what they are said to do.</summary>
public sealed class HostileServerTests
{
    private const int Plenty = 1_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("garbage")]
    [InlineData("endless-zeros")]
    [InlineData("endless-alerts")]
    [InlineData("endless-empty-records")]
    [InlineData("endless-hello-requests")]
    [InlineData("endless-application-data")]
    [InlineData("longest-message")]
    [InlineData("endless-certificates")]
    [InlineData("endless-encrypted-records")]
    [InlineData("huge-chain")]
    public async Task Flood_AHello_IsMoreThanAnybodyNeeds(string name)
    {
        await using var server = Get(name).Start();

        var received = await ReceiveAsync(server.Port, Plenty);

        Assert.Equal(Plenty, received.Length);
    }

    [Theory]
    [InlineData("closes-at-once")]
    [InlineData("closes-after-hello")]
    [InlineData("resets-at-once")]
    [InlineData("resets-after-hello")]
    public async Task End_AHello_IsAnsweredWithNothing(string name)
    {
        await using var server = Get(name).Start();

        Assert.Empty(await ReceiveAsync(server.Port, Plenty));
    }

    [Theory]
    [InlineData("speaks-http", "HTTP/1.1 400")]
    [InlineData("speaks-first", "220 mail.")]
    [InlineData("half-a-record", "\u0016\u0003\u0003\u0040\u0000\u0002\u0000")]
    [InlineData("one-byte-a-second", "\u0016\u0003")]
    public async Task Answer_AHello_BeginsAsExpected(string name, string expected)
    {
        await using var server = Get(name).Start();

        var received = await ReceiveAsync(server.Port, expected.Length);

        Assert.Equal(expected, System.Text.Encoding.Latin1.GetString(received));
    }

    [Fact]
    public async Task Retries_EachHello_AreAnswered()
    {
        await using var server = Get("endless-retries").Start();
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, limit.Token);

        for (var i = 0; i < 3; i++)
        {
            await client.GetStream().WriteAsync(ClientHello.ToRecords(ClientHello.Tls13().ToMessage()), limit.Token);
            Assert.True((await HelloProbe.ReadAsync(client.GetStream(), limit.Token)).IsRetryRequest);
        }
    }

    [Fact]
    public async Task Echo_AHello_ComesBack()
    {
        await using var server = Get("echoes").Start();

        Assert.Equal([22, 3, 1], await ReceiveAsync(server.Port, 3));
    }

    [Fact]
    public async Task Silence_AHello_LastsUntilTheClientGivesUp()
    {
        await using var server = Get("never-answers").Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.GetStream().ReadAsync(new byte[1], limit.Token).AsTask());
    }

    [Fact]
    public async Task Cutting_EachConnection_EndsOneByteLater()
    {
        using var identities = new Identities();
        await using var good = await Catalogue.StartAsync("bouncycastle-good", identities);
        await using var server = HostileServers.Cutting(good.Port, length: 100).Start();

        for (var length = 0; length < 10; length++)
            Assert.Equal(length, (await ReceiveAsync(server.Port, Plenty)).Length);
    }

    [Fact]
    public void Names_All_AreDifferent() =>
        Assert.Distinct(HostileServers.All.Select(server => server.Name));

    private static HostileServer Get(string name) => HostileServers.All.Single(server => server.Name == name);

    private static async Task<byte[]> ReceiveAsync(int port, int most)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        var received = new byte[most];
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            await client.GetStream().WriteAsync(ClientHello.ToRecords(ClientHello.Tls12().ToMessage()), limit.Token);
            return received[..await client.GetStream().ReadAtLeastAsync(received, most, throwOnEndOfStream: false, limit.Token)];
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return [];
        }
    }
}
