using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Clients that come one after the other, each with a full handshake and mostly a request, and note how it ended: failing is
/// allowed here, waiting for ever is not.
/// </summary>
internal sealed class ToughClients : IAsyncDisposable
{
    /// <summary>Longer than the proxy lets anybody wait: a handshake has 10 s.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Visit> _visits = new();
    private readonly List<(Func<Visit, bool> Matches, TaskCompletionSource Found)> _waiters = [];
    private readonly SslClientAuthenticationOptions _tls;
    private readonly bool _makeRequests;
    private readonly int _port;
    private readonly Task _running;

    /// <summary>Starts clients of a proxy, which make requests.</summary>
    public ToughClients(int port, X509ChainPolicy trust, int count)
        : this(port, Options(trust), count, makeRequests: true)
    {
    }

    private ToughClients(int port, SslClientAuthenticationOptions tls, int count, bool makeRequests)
    {
        (_port, _tls, _makeRequests) = (port, tls, makeRequests);
        _running = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>How the visits ended so far.</summary>
    public IReadOnlyCollection<Visit> Visits => _visits;

    /// <summary>Those that ended badly.</summary>
    public IEnumerable<Visit> Failed => _visits.Where(visit => visit.Failure is not null);

    /// <summary>Starts clients that only shake hands, for servers that have nothing to say.</summary>
    public static ToughClients OnlyShakingHands(int port, SslClientAuthenticationOptions tls, int count) =>
        new(port, tls, count, makeRequests: false);

    /// <summary>What clients of a proxy say: its name, no resumption, and whom they trust.</summary>
    public static SslClientAuthenticationOptions Options(X509ChainPolicy trust) => new()
    {
        TargetHost = ProxyFixture.DefaultName,
        CertificateChainPolicy = trust,
        AllowTlsResume = false,
    };

    /// <summary>Waits until a visit that began after now succeeds: for how long that took.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="publicKey">What it has to be shown; null for any of those that are trusted.</param>
    /// <exception cref="TimeoutException">None did in that time.</exception>
    public async Task<TimeSpan> WaitForSuccessAsync(TimeSpan limit, byte[]? publicKey = null)
    {
        var since = Stopwatch.GetTimestamp();
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiters) _waiters.Add((IsIt, found));
        try
        {
            await found.Task.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No such handshake for {limit.TotalSeconds} s; the last ones: "
                + string.Join("; ", _visits.TakeLast(5).Select(visit => visit.Failure ?? "good")));
        }

        return Stopwatch.GetElapsedTime(since);

        bool IsIt(Visit visit) => visit.Failure is null && visit.Started >= since
            && (publicKey is null || visit.PublicKey.AsSpan().SequenceEqual(publicKey));
    }

    /// <summary>Waits for several such visits one after the other, each within the limit.</summary>
    public async Task WaitForSuccessesAsync(int count, TimeSpan limit, byte[]? publicKey = null)
    {
        for (var visit = 0; visit < count; visit++) await WaitForSuccessAsync(limit, publicKey);
    }

    /// <summary>Lets those that are under way finish.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var (publicKey, failure) = await VisitAsync();
            var visit = new Visit(started, Stopwatch.GetElapsedTime(started), failure, publicKey);
            _visits.Enqueue(visit);
            Tell(visit);
            // Those that are refused at once would do nothing else, and leave the machine no time.
            await Task.Delay(failure is null ? 5 : 50);
        }
    }

    private void Tell(Visit visit)
    {
        lock (_waiters)
        {
            foreach (var (_, found) in _waiters.Where(waiter => waiter.Matches(visit))) found.TrySetResult();
            _waiters.RemoveAll(waiter => waiter.Found.Task.IsCompleted);
        }
    }

    // No failure for one that was served.
    private async Task<(byte[]? PublicKey, string? Failure)> VisitAsync()
    {
        byte[]? publicKey = null;
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, _port, limit.Token);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(_tls, limit.Token);
            publicKey = PublicKeyOf(tls);
            return (publicKey, _makeRequests ? await RequestAsync(tls, limit.Token) : null);
        }
        catch (OperationCanceledException)
        {
            return (publicKey, Visit.Stuck);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or SocketException)
        {
            return (publicKey, (exception.InnerException ?? exception).Message);
        }
    }

    private static async Task<string?> RequestAsync(SslStream tls, CancellationToken cancellationToken)
    {
        await tls.WriteAsync(
            "GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellationToken);
        using var reader = new StreamReader(tls);
        var answer = await reader.ReadToEndAsync(cancellationToken);
        return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? null : "the answer: " + answer.Split('\r')[0];
    }

    private static byte[] PublicKeyOf(SslStream tls)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return certificate.PublicKey.ExportSubjectPublicKeyInfo();
    }
}

/// <summary>What came of one client.</summary>
/// <param name="Started">When it came (<see cref="Stopwatch"/>).</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Failure">Why it failed; null when it was served.</param>
/// <param name="PublicKey">What it was shown, a DER SubjectPublicKeyInfo; null when its handshake failed.</param>
internal sealed record Visit(long Started, TimeSpan Duration, string? Failure, byte[]? PublicKey)
{
    /// <summary>The failure of one that nobody ended.</summary>
    public const string Stuck = "stuck";
}
