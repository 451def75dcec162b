using System.Diagnostics;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// When a run is measured, on <see cref="Stopwatch"/>'s clock, and how that time is cut: into batches, whose means tell
/// how sure the whole is, and into finer steps for the chart over time.
/// </summary>
internal sealed class MeasuringWindow
{
    /// <summary>
    /// Few and long, so that one batch's mean hardly depends on the one before; enough for an interval (t with 9 degrees
    /// of freedom is 2.26, against 1.96 of infinitely many).
    /// </summary>
    public const int Batches = 10;

    private const int FewestSteps = 20;
    private const int MostSteps = 120;

    private readonly long _planned;
    private long _end;

    /// <summary>Sets when it begins and how long it is.</summary>
    public MeasuringWindow(long start, TimeSpan duration)
    {
        Start = start;
        _planned = (long)(duration.TotalSeconds * Stopwatch.Frequency);
        _end = start + _planned;
        Steps = Math.Clamp((int)duration.TotalSeconds, FewestSteps, MostSteps);
    }

    /// <summary>When it begins.</summary>
    public long Start { get; }

    /// <summary>When it ends: as planned, or when the operator had seen enough.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>How many steps the chart has.</summary>
    public int Steps { get; }

    /// <summary>A step's length in seconds.</summary>
    public double StepSeconds => (double)_planned / Stopwatch.Frequency / Steps;

    /// <summary>A batch's length in seconds.</summary>
    public double BatchSeconds => (double)_planned / Stopwatch.Frequency / Batches;

    /// <summary>What was measured, in seconds; 0 when it ended before it began.</summary>
    public double Seconds => Math.Max(0, (double)(End - Start) / Stopwatch.Frequency);

    /// <summary>The batches that are whole.</summary>
    public int WholeBatches => (int)Math.Clamp((End - Start) * Batches / _planned, 0, Batches);

    /// <summary>The steps that are whole.</summary>
    public int WholeSteps => (int)Math.Clamp((End - Start) * Steps / _planned, 0, Steps);

    /// <summary>Ends it now, unless it has ended.</summary>
    public void Cut(long now) => Interlocked.Exchange(ref _end, Math.Min(End, now));

    /// <summary>Whether a moment lies in it.</summary>
    public bool Contains(long moment) => moment >= Start && moment < End;

    /// <summary>The batch of a moment in the window.</summary>
    public int BatchOf(long moment) => (int)Math.Clamp((moment - Start) * Batches / _planned, 0, Batches - 1);

    /// <summary>The step of a moment in the window.</summary>
    public int StepOf(long moment) => (int)Math.Clamp((moment - Start) * Steps / _planned, 0, Steps - 1);
}
