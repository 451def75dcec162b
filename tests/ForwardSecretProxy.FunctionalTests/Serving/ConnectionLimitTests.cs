using System.Net.Security;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.OpenSsl;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>Clients that connect and say nothing: they are counted, and they do not stay for ever.</summary>
[Collection(RunningProxy.Name)]
public sealed class ConnectionLimitTests(ProxyFixture proxy) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task MaxConnections_SilentClients_AreCountedUntilTheyLeave()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Limits:MaxConnections", 2);
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        // One that has shaken hands, and one that has not even begun.
        var established = await ShakeHandsAsync(configuration.Port);
        using var silent = new TcpClient();
        await silent.ConnectAsync("127.0.0.1", configuration.Port);
        await AssertTurnedAwayAsync(configuration.Port);

        await established.DisposeAsync();

        await using var next = await RetryAsync(() => ShakeHandsAsync(configuration.Port));
        await AssertTurnedAwayAsync(configuration.Port);
    }

    [Fact]
    public async Task KeepAliveTimeout_ClientThatSaysNothingAfterTheHandshake_IsClosedInOrder()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Limits:KeepAliveTimeout", "1s");
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        await using var client = await ShakeHandsAsync(configuration.Port);

        // .NET's client gives 0 for a close_notify and throws for a stream that just ends.
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task MaxConnections_MoreThanTheProcessHasDescriptors_IsLoweredSaidAndSurvived()
    {
        // A .NET process without a descriptor left may end on the spot, so it must not come to that.
        const int enoughToStart = 300;
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        await using var fsp = ServerProcess.Start("bash",
        [
            "-c", $"ulimit -n {enoughToStart} && exec dotnet {Path.Combine(AppContext.BaseDirectory, "fsp.dll")} "
                + $"serve --config {configuration.WriteTo(_directory)}",
        ], proxy.Token.Environment);
        await fsp.WaitForLineAsync(line => line.Contains("answers at", StringComparison.Ordinal));
        Assert.Contains(fsp.Lines, line => line.Contains("Limits:MaxConnections is 10000", StringComparison.Ordinal));
        var crowd = new List<TcpClient>();
        try
        {
            for (var i = 0; i < enoughToStart; i++)
            {
                crowd.Add(new TcpClient());
                await crowd[^1].ConnectAsync("127.0.0.1", configuration.Port).WaitAsync(Patience);
            }
        }
        finally
        {
            crowd.ForEach(client => client.Dispose());
        }

        await using var next = await RetryAsync(() => ShakeHandsAsync(configuration.Port));
        Assert.DoesNotContain(fsp.Lines, line => line.Contains("Could not accept", StringComparison.Ordinal));
    }

    private static async Task<SslStream> ShakeHandsAsync(int port)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        var client = new SslStream(socket.GetStream());
        var options = EngineServer.ClientOptions();
        options.TargetHost = ProxyFixture.DefaultName;
        await client.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        return client;
    }

    private static async Task AssertTurnedAwayAsync(int port) =>
        await Assert.ThrowsAnyAsync<IOException>(() => ShakeHandsAsync(port));

    /// <summary>The server notices a moment later that somebody has left.</summary>
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
                await Task.Delay(100);
            }
        }
    }
}
