namespace ForwardSecretProxy.Audit.Watching;

/// <summary>How a server is watched.</summary>
public sealed record WatchOptions
{
    private const int Looks = 144;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long. Default a day, in which a ticket key should have changed.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The file that keeps the samples, so that an interrupted watch can be taken up again; null for none.</summary>
    public string? StateFile { get; init; }

    /// <summary>The most that one handshake may take. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What time it is.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The time between two looks: a 144th of the span, so ten minutes of a day, and at least a second.</summary>
    public TimeSpan Interval => Span / Looks > ShortestInterval ? Span / Looks : ShortestInterval;
}
