using System.Net.Security;
using System.Net.Sockets;
using ForwardSecretProxy.Listeners;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>A token with one session, and more handshakes than it can sign for.</summary>
[Collection("engine")]
public sealed class BusyTokenTests : IDisposable
{
    private const ulong Client = 7;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SessionPool _pool =
        new(new OneSession(), "slow", 1, TimeSpan.FromSeconds(4), null, TimeProvider.System);

    private readonly AskedPool _asked;
    private readonly EngineServer _server;
    private readonly List<IDisposable> _clients = [];

    public BusyTokenTests()
    {
        _asked = new AskedPool(_pool);
        _server = new EngineServer(pool: _asked);
        _server.Signer.InSignature = () => Thread.Sleep(100);
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _server.Dispose();
        _asked.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task Handshake_WaitWouldBeTooLong_IsRefusedWhileTheOthersStillWait()
    {
        for (var i = 0; i < HoldTime.Needed; i++) await VisitAsync(EngineServer.ClientOptions());
        using var lease = await _pool.AcquireAsync(default);
        var waiting = Enumerable.Range(0, 60).Select(_ => TryClaim()).OfType<Task<ISigningLease>>().ToList();
        Assert.InRange(waiting.Count, 20, 38);

        var (handshake, authenticated) = await StartAsync(EngineServer.ClientOptions(), null);

        var result = await handshake.WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.TokenBusy, result.Outcome);
        Assert.Contains("handshakes wait for 1 session", result.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => authenticated.WaitAsync(Patience));
        Assert.Equal(60 - waiting.Count + 1, _pool.RefusalCount(SigningRefusal.TooLate));
    }

    /// <summary>Without stepping aside, which is the control, those that wait for the token keep everybody else out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handshake_ResumedWhileOthersWaitForTheToken_GoesOnAtOnce(bool stepAside)
    {
        const int full = 4;
        var admission = new HandshakeAdmission(maxConcurrent: 1, maxQueued: 16);
        var options = EngineServer.ClientOptions();
        options.AllowTlsResume = true;
        Assert.False(await VisitAsync(options));
        var lease = await _pool.AcquireAsync(default);
        var waiting = new List<Task<TlsHandshakeResult>>();
        for (var i = 0; i < full; i++)
            waiting.Add((await StartAsync(EngineServer.ClientOptions(), admission, stepAside)).Handshake);
        // The visit above, too.
        await _asked.WaitAsync(1 + (stepAside ? full : 1));
        Assert.Equal(stepAside ? full : 1, _pool.QueueLength);

        var (resumed, authenticated) = await StartAsync(options, admission, stepAside);
        if (stepAside)
        {
            await authenticated.WaitAsync(Patience);
            Assert.Equal(TlsHandshakeOutcome.Completed, (await resumed).Outcome);
            Assert.Equal(full, _pool.QueueLength);
        }

        Assert.Equal(stepAside ? 0 : full, admission.Queued);
        lease.Dispose();
        await Task.WhenAll([.. waiting, resumed]).WaitAsync(Patience);
        Assert.Equal(0, admission.Count);
    }

    private Task<ISigningLease>? TryClaim()
    {
        try
        {
            return _pool.AcquireAsync(new SigningClaim(Client, null), default).AsTask();
        }
        catch (SigningException)
        {
            return null;
        }
    }

    /// <summary>A handshake as a listener has it: begun when there is a place for it.</summary>
    private async Task<(Task<TlsHandshakeResult> Handshake, Task Authenticated)> StartAsync(
        SslClientAuthenticationOptions options, HandshakeAdmission? admission, bool stepAside = true)
    {
        var client = new SslStream(new NetworkStream(await _server.ConnectAsync(), ownsSocket: true));
        var connection = await _server.AcceptAsync();
        _clients.AddRange([client, connection]);
        return (HandshakeAsync(), client.AuthenticateAsClientAsync(options));

        async Task<TlsHandshakeResult> HandshakeAsync()
        {
            if (admission is not null) Assert.True(await admission.EnterAsync(default));
            var result = await connection.HandshakeAsync(Client, stepAside ? admission : null);
            admission?.Leave();
            return result;
        }
    }

    /// <summary>A handshake with an answer, so that the client has a ticket; tells whether it was resumed.</summary>
    private async Task<bool> VisitAsync(SslClientAuthenticationOptions options)
    {
        using var socket = await _server.ConnectAsync();
        await using var client = new SslStream(new NetworkStream(socket));
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync(Client).AsTask();
        await client.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);
        Assert.True(await connection.WriteAsync("x"u8.ToArray()));
        Assert.Equal(1, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        return connection.Session!.Resumed;
    }

    /// <summary>A pool whose callers can be waited for: they hold a session or are in its queue then.</summary>
    private sealed class AskedPool(SessionPool pool) : ISigningPool, IDisposable
    {
        private readonly SemaphoreSlim _asked = new(0);

        public bool IsAvailable => pool.IsAvailable;

        public ValueTask<ISigningLease> AcquireAsync(SigningClaim claim, CancellationToken cancellationToken)
        {
            var lease = pool.AcquireAsync(claim, cancellationToken);
            _asked.Release();
            return GiveAsync(lease);
        }

        public async Task WaitAsync(int callers)
        {
            for (var caller = 0; caller < callers; caller++) Assert.True(await _asked.WaitAsync(Patience));
        }

        public void Dispose() => _asked.Dispose();

        private async ValueTask<ISigningLease> GiveAsync(ValueTask<ISigningLease> lease) => new Lease(await lease, this);

        private sealed class Lease(ISigningLease lease, AskedPool owner) : ISigningLease
        {
            public ISigningPool Pool => owner;

            public void Dispose() => lease.Dispose();
        }
    }

    private sealed class OneSession : ISessionSource
    {
        public ulong Open() => 1;

        public void Close(ulong session)
        {
        }
    }
}
