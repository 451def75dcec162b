using ForwardSecretProxy.Bench;

namespace ForwardSecretProxy.Tests.Bench;

/// <summary>Results to compare and to show.</summary>
internal static class Documents
{
    /// <summary>A result whose samples swing by two percent around a throughput.</summary>
    public static BenchDocument Of(double perSecond, double p50 = 10, double p99 = 30)
    {
        double[] swing = [1, 1.02, 0.98, 1.01, 0.99, 1, 0.98, 1.02, 0.99, 1.01];
        LatencyBucket[] buckets = [new(9.75, 400), new(10.72, 500), new(27.8, 90), new(30.6, 10)];
        return new BenchDocument
        {
            Schema = BenchDocument.CurrentSchema,
            Fsp = "0.1.0",
            When = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Interrupted = false,
            Parameters = new BenchParameters(
                "127.0.0.1:8443", "127.0.0.1:8443", 32, null, 10, 1, 10, 1, 1, "1.3", "X25519", null, null, false, null,
                null, null, false),
            Environment = new BenchEnvironment("OpenSSL 3", ".NET 10", "Linux", "X64", 2),
            Throughput = new BenchThroughput(perSecond, 0.98 * perSecond, 1.02 * perSecond),
            Counts = new BenchCounts(1000, 1000, 0, 0, 100, 0, 0, 0),
            Latencies = [new BenchLatency("fullHandshake", 1000, 12, p50, 20, p99, 30.5, 30.55, buckets)],
            Samples = new BenchSamples(
                BenchSamples.Batches,
                [.. swing.Select(factor => factor * perSecond)],
                [.. swing.Select(factor => factor * p50)],
                [.. swing.Select(factor => factor * p99)]),
            Series = new BenchSeries(0.5, [500, 490, 510], [0, 0, 0]),
            Negotiated = [new BenchNegotiated("TLS 1.3", "TLS_AES_128_GCM_SHA256", "X25519", "ECDSA", false, 1000)],
            Errors = [],
            WarmupErrors = [],
            ClientCpu = new BenchClientCpu(0.5, 0.4, 0.4, false),
        };
    }
}
