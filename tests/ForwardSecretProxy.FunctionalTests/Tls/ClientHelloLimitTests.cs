using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Tls;

/// <summary>Clients that are slow, that say too much, or that do not speak TLS cost little and get nothing.</summary>
[Collection(RunningProxy.Name)]
public class ClientHelloLimitTests(ProxyFixture proxy)
{
    private const ushort Padding = 21;

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(100)]
    [InlineData(1)]
    public async Task Handshake_HelloInFragments_IsAnswered(int fragmentBytes)
    {
        var records = ClientHello.ToRecords(ClientHello.Tls13().ToMessage(), fragmentBytes);

        var answer = await HelloProbe.SendAsync(proxy.Port, records);

        Assert.True(answer.IsServerHello);
    }

    [Fact]
    public async Task Handshake_HelloBelowTheSizeLimit_IsAnswered()
    {
        var hello = ClientHello.Tls13().WithExtension(Padding, new byte[12 * 1024]);

        var answer = await HelloProbe.SendAsync(proxy.Port, ClientHello.ToRecords(hello.ToMessage()));

        Assert.True(answer.IsServerHello);
    }

    [Fact]
    public async Task Handshake_HelloAboveTheSizeLimit_IsRefused()
    {
        var hello = ClientHello.Tls13().WithExtension(Padding, new byte[60 * 1024]);

        var answer = await HelloProbe.SendAsync(proxy.Port, ClientHello.ToRecords(hello.ToMessage()));

        Assert.False(answer.IsServerHello);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: web.example.test\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    public async Task Handshake_NotTls_IsRefused(string greeting)
    {
        var answer = await HelloProbe.SendAsync(proxy.Port, System.Text.Encoding.Latin1.GetBytes(greeting));

        Assert.False(answer.IsServerHello);
        await AssertServesAsync();
    }

    [Fact]
    public async Task Handshake_RandomGarbage_IsRefusedAndTheProxyGoesOn()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            // Every second one looks like a handshake record of the right length.
            var garbage = RandomNumberGenerator.GetBytes(512);
            if (attempt % 2 == 0)
                new byte[] { 22, 3, 1, 1, 251, 1, 0, 1, 247, 3, 3 }.CopyTo(garbage, 0);

            var answer = await HelloProbe.SendAsync(proxy.Port, garbage);

            Assert.False(answer.IsServerHello);
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task Handshake_HelloCutShort_EndsAtEveryLength()
    {
        var records = ClientHello.ToRecords(ClientHello.Tls13().ToMessage());
        for (var length = 0; length < records.Length; length += 7)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
            var stream = client.GetStream();
            await stream.WriteAsync(records.AsMemory(0, length));
            client.Client.Shutdown(SocketShutdown.Send);

            var answer = await ReadAsync(stream);

            Assert.False(answer.IsServerHello);
        }

        await AssertServesAsync();
    }

    [Fact]
    public async Task Handshake_ClientsThatStallOrDrip_AreClosedAtTheTimeLimit()
    {
        // The default limit is 10 s. All at once: they would take a minute one after the other.
        var closed = await Task.WhenAll([.. ((int[])[0, 3, 100]).Select(StallAsync), DripAsync()]);

        Assert.All(closed, client => Assert.False(client.Answer.IsServerHello));
        Assert.All(closed, client => Assert.InRange(client.After, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(15)));
    }

    private async Task<(ServerAnswer Answer, TimeSpan After)> StallAsync(int sentBytes)
    {
        var records = ClientHello.ToRecords(ClientHello.Tls13().ToMessage());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
        await client.GetStream().WriteAsync(records.AsMemory(0, sentBytes));
        var watch = Stopwatch.StartNew();
        return (await ReadAsync(client.GetStream()), watch.Elapsed);
    }

    // One byte every 200 ms would take a minute: time-outs between bytes would never strike.
    private async Task<(ServerAnswer Answer, TimeSpan After)> DripAsync()
    {
        var records = ClientHello.ToRecords(ClientHello.Tls13().ToMessage());
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
        var watch = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var answer = ReadAsync(client.GetStream());
        for (var sent = 0; !answer.IsCompleted && await pace.WaitForNextTickAsync(); sent++)
        {
            try
            {
                await client.GetStream().WriteAsync(records.AsMemory(sent, 1));
            }
            catch (IOException)
            {
                break;
            }
        }

        return (await answer, watch.Elapsed);
    }

    private static async Task<ServerAnswer> ReadAsync(NetworkStream stream)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await HelloProbe.ReadAsync(stream, limit.Token);
        }
        catch (IOException)
        {
            return ServerAnswer.Closed;
        }
    }

    private async Task AssertServesAsync() =>
        Assert.True((await OpenSslClient.RequestAsync(proxy.Port)).Connected);
}
