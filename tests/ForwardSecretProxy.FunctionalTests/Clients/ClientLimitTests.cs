using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Clients;

/// <summary>What one client may have, when the others go on as they were.</summary>
[Collection(OwnProxy.Name)]
public sealed class ClientLimitTests(ProxyFixture proxy) : IDisposable
{
    private const string Other = "127.0.0.67";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task MaxConnectionsPerClient_OneMore_IsClosedAtOnceAndOthersAreNot()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Limits:MaxConnectionsPerClient", 2);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        var first = await EstablishAsync(configuration.Port, FrontFixture.Stranger);
        // One that has not said a word counts as well.
        using var silent = await FrontFixture.ConnectAsync(configuration.Port, FrontFixture.Stranger);

        await AssertTurnedAwayAsync(configuration.Port, FrontFixture.Stranger);
        await AssertTurnedAwayAsync(configuration.Port, FrontFixture.Stranger);
        await using (await EstablishAsync(configuration.Port, Other))
        {
        }

        var said = await fsp.WaitForLineAsync(line => line.Contains("MaxConnectionsPerClient", StringComparison.Ordinal));
        Assert.DoesNotContain(FrontFixture.Stranger, said, StringComparison.Ordinal);
        Assert.Single(fsp.Lines, line => line.Contains("MaxConnectionsPerClient", StringComparison.Ordinal));

        await first.DisposeAsync();
        await using var next = await RetryAsync(() => EstablishAsync(configuration.Port, FrontFixture.Stranger));
    }

    [Fact]
    public async Task MaxHandshakesPerClientPerSecond_TooFast_IsClosedAndOthersAreNot()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Limits:MaxHandshakesPerClientPerSecond", 1);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        var refused = 0;
        for (var i = 0; i < 12; i++)
        {
            using var socket = await FrontFixture.ConnectAsync(configuration.Port, FrontFixture.Stranger);
            if (!await IsServedAsync(socket)) refused++;
        }

        // Five at once, and one for each second that went by.
        Assert.InRange(refused, 1, 7);
        await using var other = await EstablishAsync(configuration.Port, Other);
        await using var next = await RetryAsync(() => EstablishAsync(configuration.Port, FrontFixture.Stranger));
    }

    [Fact]
    public async Task MaxConnectionsPerClient_BehindALoadBalancer_CountsTheRealClients()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Limits:MaxConnectionsPerClient", 1)
            .With("TrustedProxies", new JsonArray("127.0.0.1"))
            .With("Listeners:https:AcceptProxyProtocol", true);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        await using var one = await EstablishAsync(configuration.Port, "127.0.0.1", "2001:db8::1");
        await using var another = await EstablishAsync(configuration.Port, "127.0.0.1", "2001:db8:0:1::1");
        await Assert.ThrowsAnyAsync<IOException>(() => EstablishAsync(configuration.Port, "127.0.0.1", "2001:db8::2"));
        // The load balancer itself has no limit: it would be everybody's.
        await using var health = await EstablishAsync(configuration.Port, "127.0.0.1", "::ffff:127.0.0.1");
        await using var check = await EstablishAsync(configuration.Port, "127.0.0.1", "::ffff:127.0.0.1");
    }

    [Fact]
    public async Task Reload_Limit_HoldsForConnectionsThatAreThere()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Limits:MaxConnectionsPerClient", 3);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        await using var one = await EstablishAsync(configuration.Port, FrontFixture.Stranger);
        await using var two = await EstablishAsync(configuration.Port, FrontFixture.Stranger);

        configuration.With("Limits:MaxConnectionsPerClient", 2).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());

        await AssertTurnedAwayAsync(configuration.Port, FrontFixture.Stranger);
        // Those that were open stay so.
        await one.WriteAsync("GET / HTTP/1.1\r\nHost: web.example.test\r\n\r\n"u8.ToArray());
        Assert.NotEqual(0, await one.ReadAsync(new byte[64]));

        configuration.With("Limits:MaxConnectionsPerClient", 3).WriteTo(_directory);
        Assert.True(await fsp.ReloadAsync());
        await using var three = await EstablishAsync(configuration.Port, FrontFixture.Stranger);
    }

    private static async Task<SslStream> EstablishAsync(int port, string from, string? claim = null)
    {
        var socket = await FrontFixture.ConnectAsync(port, from);
        try
        {
            if (claim is not null) await socket.SendAsync(Encoding.ASCII.GetBytes($"PROXY TCP6 {claim} ::1 1 1\r\n"));
            return await FrontFixture.ShakeHandsAsync(new NetworkStream(socket, ownsSocket: true));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task AssertTurnedAwayAsync(int port, string from)
    {
        // It says nothing itself, so it is not for what it says that it is closed.
        using var socket = await FrontFixture.ConnectAsync(port, from);
        await FrontFixture.AssertClosedAsync(socket);
    }

    private static async Task<bool> IsServedAsync(Socket socket)
    {
        try
        {
            await using var client = await FrontFixture.ShakeHandsAsync(new NetworkStream(socket));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The server notices a moment later that somebody has left, or that a second has gone by.</summary>
    private static async Task<SslStream> RetryAsync(Func<Task<SslStream>> connect)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await connect();
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(200);
            }
        }
    }
}
