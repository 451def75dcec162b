using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Sessions;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// Leasing and giving back one of four sessions, without a token below: alone, and with sixteen times as many
/// handshakes as sessions, where a lease is held over a turn of the thread pool, so that the others wait in line. The
/// baseline is the semaphore that a pool without order, time limits and changing sessions could be.
/// </summary>
public class SessionPoolBenchmark : IDisposable
{
    private const int Sessions = 4;
    private const int Leases = 1024;

    private readonly SemaphoreSlim _semaphore = new(Sessions);
    private readonly SigningMetrics _metrics = new();
    private readonly SessionPool _pool;

    public SessionPoolBenchmark() => _pool = new SessionPool(
        new NoToken(), "benchmark", Sessions, TimeSpan.FromSeconds(30), _metrics, TimeProvider.System);

    /// <summary>How many lease at once, over and over.</summary>
    [Params(1, 64)]
    public int Handshakes { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        // Sessions are opened when they are first needed; what is measured is the pool that has them.
        var leases = await Task.WhenAll(
            Enumerable.Range(0, Sessions).Select(_ => _pool.AcquireAsync(CancellationToken.None).AsTask()));
        foreach (var lease in leases) lease.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Leases)]
    public Task Semaphore() => RunAsync(async () =>
    {
        await _semaphore.WaitAsync();
        await HoldAsync();
        _semaphore.Release();
    });

    [Benchmark(OperationsPerInvoke = Leases)]
    public Task Pool() => RunAsync(async () =>
    {
        using var lease = await _pool.AcquireAsync(CancellationToken.None);
        await HoldAsync();
    });

    [GlobalCleanup]
    public void Dispose()
    {
        _pool.Dispose();
        _metrics.Dispose();
        _semaphore.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task RunAsync(Func<Task> lease) => Task.WhenAll(Enumerable.Range(0, Handshakes).Select(async _ =>
    {
        for (var i = 0; i < Leases / Handshakes; i++) await lease();
    }));

    private async ValueTask HoldAsync()
    {
        if (Handshakes > Sessions) await Task.Yield();
    }

    private sealed class NoToken : ISessionSource
    {
        private ulong _last;

        public ulong Open() => Interlocked.Increment(ref _last);

        public void Close(ulong session)
        {
        }
    }
}
