using System.Net.Security;
using System.Net.Sockets;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>What a slow, stuck or failing token does to the handshakes that need it and to everybody else.</summary>
[Collection("engine")]
public sealed class SigningWaitTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly EngineServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Handshake_NoSessionFree_WaitsAndGoesOn()
    {
        var free = new TaskCompletionSource();
        _server.Signer.BeforeLease = _ => free.Task;
        await using var client = await StartClientAsync();
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        var authenticated = client.AuthenticateAsClientAsync(EngineServer.ClientOptions());
        Assert.False(handshake.IsCompleted);

        free.SetResult();

        await authenticated.WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);
        Assert.Equal(0, _server.Signer.LiveLeases);
    }

    [Fact]
    public async Task Handshake_ClientLeavesWhileItWaits_GivesItsPlaceUp()
    {
        var asked = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        _server.Signer.BeforeLease = async token =>
        {
            asked.SetResult();
            await using var registration = token.Register(cancelled.SetResult);
            await cancelled.Task;
            token.ThrowIfCancellationRequested();
        };
        var client = await StartClientAsync();
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        var authenticated = client.AuthenticateAsClientAsync(EngineServer.ClientOptions());
        await asked.Task.WaitAsync(Patience);

        await client.DisposeAsync();

        await cancelled.Task.WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.ClientClosed, (await handshake.WaitAsync(Patience)).Outcome);
        Assert.Equal(0, _server.Signer.LiveLeases);
        await Assert.ThrowsAnyAsync<Exception>(() => authenticated);
    }

    [Fact]
    public async Task Handshake_TokenHangsInASignature_HoldsUpNobodyElse()
    {
        // As many stuck signatures as there are pollers: each poller's thread is held up, unless it is relieved.
        var (old, oldServer) = await _server.EstablishAsync();
        using var release = new ManualResetEventSlim();
        using var stuck = new CountdownEvent(Environment.ProcessorCount);
        var toHang = Environment.ProcessorCount;
        _server.Signer.InSignature = () =>
        {
            if (Interlocked.Decrement(ref toHang) < 0) return;
            stuck.Signal();
            release.Wait(Patience);
        };
        var hanging = new List<Task>();
        for (var i = 0; i < Environment.ProcessorCount; i++) hanging.Add(HandshakeAsync());
        Assert.True(await Task.Run(() => stuck.Wait(Patience)));

        // An established connection goes on, and a new one is made, while the token hangs.
        await EchoAsync(old, oldServer);
        var (fresh, freshServer) = await _server.EstablishAsync();
        await EchoAsync(fresh, freshServer);
        Assert.All(hanging, task => Assert.False(task.IsCompleted));

        release.Set();
        await Task.WhenAll(hanging).WaitAsync(Patience);
        foreach (var (client, server) in new[] { (old, oldServer), (fresh, freshServer) })
        {
            await client.DisposeAsync();
            server.Dispose();
        }
    }

    [Fact]
    public async Task Handshake_TokenSignsSlowly_LeavesTheThreadPool()
    {
        var onPool = new List<bool>();
        using var slow = new ManualResetEventSlim();
        _server.Signer.InSignature = () =>
        {
            lock (onPool) onPool.Add(Thread.CurrentThread.IsThreadPoolThread || Thread.CurrentThread.Name != "fsp signing");
            slow.Wait(TimeSpan.FromMilliseconds(20));
        };

        await HandshakeAsync();
        await HandshakeAsync();

        // The first one shows how slow the token is.
        Assert.Equal([true, false], onPool);
    }

    [Fact]
    public async Task Handshake_TokenFails_EndsWithItsReason()
    {
        _server.Signer.InSignature = () => throw new SigningException("The token caught fire.");
        await using var client = await StartClientAsync();
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();

        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(EngineServer.ClientOptions()).WaitAsync(Patience));

        Assert.Equal(new TlsHandshakeResult(TlsHandshakeOutcome.SigningFailed, "The token caught fire."), await handshake);
        Assert.Equal(0, _server.Signer.LiveLeases);
    }

    [Fact]
    public async Task Handshake_PoolRefuses_EndsWithItsReason()
    {
        _server.Signer.BeforeLease = _ => throw new SigningException("No session became free.");
        await using var client = await StartClientAsync();
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();

        var authenticated = client.AuthenticateAsClientAsync(EngineServer.ClientOptions());

        Assert.Equal(
            new TlsHandshakeResult(TlsHandshakeOutcome.SigningFailed, "No session became free."), await handshake.WaitAsync(Patience));
        await AssertInternalErrorAsync(authenticated);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handshake_TokenTooBusy_TellsTheClientAndItsCallerSo(bool atOnce)
    {
        var busy = new SigningException("Come back later.") { IsBusy = true };
        _server.Signer.BeforeLease = async _ =>
        {
            if (!atOnce) await Task.Yield();
            throw busy;
        };
        await using var client = await StartClientAsync();
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync(client: 7).AsTask();

        var authenticated = client.AuthenticateAsClientAsync(EngineServer.ClientOptions());

        Assert.Equal(new TlsHandshakeResult(TlsHandshakeOutcome.TokenBusy, "Come back later."), await handshake.WaitAsync(Patience));
        await AssertInternalErrorAsync(authenticated);
    }

    [Fact]
    public async Task Handshake_Claim_HasTheClientAndWhatIsLeftOfTheTimeLimit()
    {
        await using var client = await StartClientAsync();
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync(client: 7).AsTask();
        await client.AuthenticateAsClientAsync(EngineServer.ClientOptions()).WaitAsync(Patience);
        await handshake;

        var claim = Assert.Single(_server.Signer.Claims);
        Assert.Equal(7UL, claim.Client);
        var most = 0.75 * _server.Tls.Policy.Limits.Timeout;
        Assert.InRange(claim.Limit!.Value, TimeSpan.Zero, most - TimeSpan.FromTicks(1));
    }

    private static async Task AssertInternalErrorAsync(Task authenticated)
    {
        // RFC 8446 section 6.2: not the client's fault, and nothing that it could do otherwise.
        var error = await Assert.ThrowsAnyAsync<Exception>(() => authenticated.WaitAsync(Patience));
        Assert.Contains("alert internal error", error.ToString(), StringComparison.Ordinal);
    }

    private async Task<SslStream> StartClientAsync() => new(new NetworkStream(await _server.ConnectAsync(), ownsSocket: true));

    private async Task HandshakeAsync()
    {
        var (client, server) = await _server.EstablishAsync();
        await client.DisposeAsync();
        server.Dispose();
    }

    private static async Task EchoAsync(SslStream client, TlsConnection server)
    {
        await client.WriteAsync("ping"u8.ToArray());
        var buffer = new byte[16];
        Assert.Equal(4, await server.ReadAsync(buffer).AsTask().WaitAsync(Patience));
        Assert.True(await server.WriteAsync(buffer.AsMemory(0, 4)));
        Assert.Equal(4, await client.ReadAsync(buffer).AsTask().WaitAsync(Patience));
    }
}
