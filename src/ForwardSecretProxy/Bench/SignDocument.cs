namespace ForwardSecretProxy.Bench;

/// <summary>The result of <c>fsp bench sign</c>. Times in milliseconds.</summary>
internal sealed record SignDocument
{
    /// <summary>The value of <see cref="Schema"/>.</summary>
    public const string CurrentSchema = "fsp-bench-sign/1";

    /// <summary>Which shape this is.</summary>
    public required string Schema { get; init; }

    /// <summary>The version of fsp that measured.</summary>
    public required string Fsp { get; init; }

    /// <summary>Whether it was broken off.</summary>
    public required bool Interrupted { get; init; }

    /// <summary>How the key signed.</summary>
    public required string Scheme { get; init; }

    /// <summary>What each number of sessions came to.</summary>
    public required IReadOnlyList<SignStep> Steps { get; init; }

    /// <summary>The most sessions the token gave, when those were fewer than were asked for; null otherwise.</summary>
    public int? SessionLimit { get; init; }

    /// <summary>What a server that signs with the key reached; null unless --handshakes is given.</summary>
    public SignHandshakes? Handshakes { get; init; }

    /// <summary>The most signatures for each second.</summary>
    public double BestPerSecond => Steps.Max(step => step.PerSecond);
}

/// <summary>Handshakes, each of which holds one signature.</summary>
/// <param name="Part">Their number for each second, as a part of the most signatures.</param>
/// <param name="Result">The whole of what was measured.</param>
internal sealed record SignHandshakes(double Part, BenchDocument Result)
{
    /// <summary>Holds handshakes against signatures; a token that made none in the time has no parts.</summary>
    public static SignHandshakes Of(BenchDocument reached, double signaturesPerSecond) =>
        new(signaturesPerSecond > 0 ? reached.Throughput.PerSecond / signaturesPerSecond : 0, reached);
}
