namespace ForwardSecretProxy.Bench;

/// <summary>The result of <c>fsp bench</c>: what <c>--json</c> prints and <c>--compare</c> reads. Times in milliseconds.</summary>
internal sealed record BenchDocument
{
    /// <summary>The value of <see cref="Schema"/>; another number when a field changes its meaning.</summary>
    public const string CurrentSchema = "fsp-bench/1";

    /// <summary>Which shape this is.</summary>
    public required string Schema { get; init; }

    /// <summary>The version of fsp that measured.</summary>
    public required string Fsp { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset When { get; init; }

    /// <summary>Whether it was broken off.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>What was asked for.</summary>
    public required BenchParameters Parameters { get; init; }

    /// <summary>What it was measured with.</summary>
    public required BenchEnvironment Environment { get; init; }

    /// <summary>The connections of the kind that the run is about: full ones, or with --resume resumed ones.</summary>
    public required BenchThroughput Throughput { get; init; }

    /// <summary>How many of what.</summary>
    public required BenchCounts Counts { get; init; }

    /// <summary>How long what took.</summary>
    public required IReadOnlyList<BenchLatency> Latencies { get; init; }

    /// <summary>What the intervals are made of.</summary>
    public required BenchSamples Samples { get; init; }

    /// <summary>How well the schedule was kept; null for a closed loop.</summary>
    public BenchOpenLoop? OpenLoop { get; init; }

    /// <summary>Over time.</summary>
    public required BenchSeries Series { get; init; }

    /// <summary>What handshakes agreed on.</summary>
    public required IReadOnlyList<BenchNegotiated> Negotiated { get; init; }

    /// <summary>The errors of the measurement.</summary>
    public required IReadOnlyList<BenchError> Errors { get; init; }

    /// <summary>The errors of the warm-up, which count nowhere else.</summary>
    public required IReadOnlyList<BenchError> WarmupErrors { get; init; }

    /// <summary>The processor time of this program.</summary>
    public required BenchClientCpu ClientCpu { get; init; }

    /// <summary>The processor time of the server; null unless --server-pid is given.</summary>
    public BenchServerCpu? ServerCpu { get; init; }

    /// <summary>Against another document; null unless --compare is given.</summary>
    public BenchComparison? Comparison { get; init; }
}

/// <summary>What was asked for, as it would be written on the command line.</summary>
internal sealed record BenchParameters(
    string Target,
    string Address,
    int Connections,
    double? Rate,
    double DurationSeconds,
    double WarmupSeconds,
    double TimeoutSeconds,
    int Threads,
    int Repeat,
    string Tls,
    string Group,
    string? Cipher,
    string? Certificate,
    bool Resume,
    string? StartTls,
    string? Request,
    string? ServerName,
    bool ChainVerified);

/// <summary>What it was measured with.</summary>
internal sealed record BenchEnvironment(string OpenSsl, string Runtime, string OperatingSystem, string Architecture, int Cores);

/// <summary>Connections for each second: all of them over all of the time, and the 95% interval; null when unknown.</summary>
internal sealed record BenchThroughput(double PerSecond, double? Low, double? High);

/// <summary>How many connections ended how.</summary>
/// <param name="Done">As asked for; the kind that the run is about.</param>
/// <param name="Full">With a full handshake; with --resume those are the first ones of their slots.</param>
/// <param name="Resumed">With a resumed one.</param>
/// <param name="Errors">Not as asked for.</param>
/// <param name="WarmupDone">Done in the warm-up.</param>
/// <param name="WarmupErrors">Failed in the warm-up.</param>
/// <param name="ResetsAfterClose">Done, and then reset by the server instead of closed.</param>
/// <param name="Abandoned">Under way when the run was broken off.</param>
internal sealed record BenchCounts(
    long Done, long Full, long Resumed, long Errors, long WarmupDone, long WarmupErrors, long ResetsAfterClose, long Abandoned);

/// <summary>How long something took, from the (scheduled) start of a connection.</summary>
/// <param name="What">fullHandshake, resumedHandshake or response.</param>
/// <param name="Count">How many times it was taken.</param>
/// <param name="Mean">The mean.</param>
/// <param name="P50">What half of them do not exceed.</param>
/// <param name="P90">What 90% do not exceed.</param>
/// <param name="P99">What 99% do not exceed.</param>
/// <param name="P999">What 99.9% do not exceed.</param>
/// <param name="Max">The longest.</param>
/// <param name="Buckets">All of them, in bounds that grow by a tenth.</param>
internal sealed record BenchLatency(
    string What, long Count, double Mean, double P50, double P90, double P99, double P999, double Max,
    IReadOnlyList<LatencyBucket> Buckets);

/// <summary>One value for each batch or repetition.</summary>
/// <param name="Method">batches, of one run in their order; or repetitions.</param>
/// <param name="PerSecond">Throughput.</param>
/// <param name="P50">Median latency.</param>
/// <param name="P99">Latency that 99% do not exceed.</param>
internal sealed record BenchSamples(
    string Method, IReadOnlyList<double> PerSecond, IReadOnlyList<double> P50, IReadOnlyList<double> P99)
{
    /// <summary>Of one run, in their order.</summary>
    public const string Batches = "batches";

    /// <summary>Of several runs.</summary>
    public const string Repetitions = "repetitions";
}

/// <summary>How well the schedule was kept.</summary>
/// <param name="AskedPerSecond">What --rate says.</param>
/// <param name="AchievedPerSecond">Connections done in the window.</param>
/// <param name="Delayed">Arrivals that started more than 1 ms late.</param>
/// <param name="LongestDelay">The latest of them.</param>
internal sealed record BenchOpenLoop(double AskedPerSecond, double AchievedPerSecond, long Delayed, double LongestDelay);

/// <summary>Steps of equal length; of several repetitions one after another.</summary>
internal sealed record BenchSeries(double StepSeconds, IReadOnlyList<long> Done, IReadOnlyList<long> Errors);

/// <summary>One agreement, and how many connections had it.</summary>
internal sealed record BenchNegotiated(
    string Version, string CipherSuite, string? Group, string? Signature, bool Resumed, long Count);

/// <summary>The client's processor time.</summary>
/// <param name="PerConnection">For each connection done.</param>
/// <param name="Cores">How many cores it kept busy.</param>
/// <param name="BusiestLoop">How much of its time the busiest thread was on a processor, 0 to 1.</param>
/// <param name="Saturated">Whether that is so much that the client, not the server, may be what was measured.</param>
internal sealed record BenchClientCpu(double PerConnection, double Cores, double BusiestLoop, bool Saturated)
{
    /// <summary>Above this a thread has no time left to wait, and what it waits for is itself.</summary>
    public const double SaturatedAbove = 0.9;
}

/// <summary>The server's processor time.</summary>
/// <param name="PerConnection">For each connection done.</param>
/// <param name="Cores">How many cores it kept busy.</param>
/// <param name="TimesClient">As a multiple of the client's.</param>
internal sealed record BenchServerCpu(double PerConnection, double Cores, double TimesClient);
