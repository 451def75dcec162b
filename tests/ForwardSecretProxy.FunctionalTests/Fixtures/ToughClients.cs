using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Clients that come one after the other, each with a full handshake and a request, and note how it ended: failing is
/// allowed here, waiting for ever is not.
/// </summary>
internal sealed class ToughClients : IAsyncDisposable
{
    /// <summary>Longer than the proxy lets anybody wait: a handshake has 10 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Visit> _visits = new();
    private readonly X509ChainPolicy _trust;
    private readonly int _port;
    private readonly Task _running;
    private long _lastSuccess = Stopwatch.GetTimestamp();

    /// <summary>Starts them.</summary>
    public ToughClients(int port, X509ChainPolicy trust, int count)
    {
        (_port, _trust) = (port, trust);
        _running = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>How the visits ended so far.</summary>
    public IReadOnlyCollection<Visit> Visits => _visits;

    /// <summary>Waits until a visit that began after now succeeds: for how long that took.</summary>
    public async Task<TimeSpan> WaitForSuccessAsync(TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _lastSuccess) < since)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < limit,
                $"No handshake for {limit.TotalSeconds} s: {string.Join("; ", _visits.TakeLast(5).Select(visit => visit.Failure))}");
            await Task.Delay(10);
        }

        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>Lets those that are under way finish.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var failure = await VisitAsync();
            _visits.Enqueue(new Visit(started, Stopwatch.GetElapsedTime(started), failure));
            if (failure is null)
                InterlockedMax(started);
            // Those that are refused at once would do nothing else, and leave the machine no time.
            await Task.Delay(failure is null ? 5 : 50);
        }
    }

    private void InterlockedMax(long started)
    {
        long before;
        while ((before = Volatile.Read(ref _lastSuccess)) < started
            && Interlocked.CompareExchange(ref _lastSuccess, started, before) != before)
        {
        }
    }

    // Null for a request that was answered.
    private async Task<string?> VisitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, _port, limit.Token);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = ProxyFixture.DefaultName,
                CertificateChainPolicy = _trust,
                AllowTlsResume = false,
            }, limit.Token);
            await tls.WriteAsync(
                "GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n"u8.ToArray(), limit.Token);
            using var reader = new StreamReader(tls);
            var answer = await reader.ReadToEndAsync(limit.Token);
            return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? null : "the answer: " + answer.Split('\r')[0];
        }
        catch (OperationCanceledException)
        {
            return Visit.Stuck;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or SocketException)
        {
            return (exception.InnerException ?? exception).Message;
        }
    }
}

/// <summary>What came of one client.</summary>
/// <param name="Started">When it came (<see cref="Stopwatch"/>).</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failure">Why it failed; null when it was served.</param>
internal sealed record Visit(long Started, TimeSpan Duration, string? Failure)
{
    /// <summary>The failure of one that nobody ended.</summary>
    public const string Stuck = "stuck";
}
