using ForwardSecretProxy.OpenSsl.Client;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// What one thread's connections came to. Only that thread writes; a few counts may be looked at meanwhile.
/// </summary>
/// <remarks>
/// In a closed loop a connection belongs to the measurement when it ends in the window. In an open loop it belongs to it
/// when it was due in the window, whenever it ends: those that a stall holds back are the ones to be seen.
/// </remarks>
/// <param name="window">What is measured.</param>
/// <param name="isOpenLoop">Whether arrivals have a schedule.</param>
/// <param name="wantsResumed">Whether resumed handshakes are what the run is about.</param>
internal sealed class LoopRecorder(MeasuringWindow window, bool isOpenLoop, bool wantsResumed)
{
    /// <summary>Different agreements kept apart; a server of several kinds of certificate has two or three.</summary>
    private const int MostSessions = 16;

    private readonly Dictionary<TlsClientSession, long> _sessions = [];
    private long _done;
    private long _failed;

    /// <summary>From start to the end of the handshake, full ones.</summary>
    public LatencyHistogram Full { get; } = new();

    /// <summary>From start to the end of the handshake, resumed ones.</summary>
    public LatencyHistogram Resumed { get; } = new();

    /// <summary>From start to the end of the response.</summary>
    public LatencyHistogram Response { get; } = new();

    /// <summary>The latencies that the run is about, batch by batch.</summary>
    public LatencyHistogram[] Batches { get; } = [.. Enumerable.Range(0, MeasuringWindow.Batches).Select(_ => new LatencyHistogram())];

    /// <summary>How many of them ended in each batch.</summary>
    public long[] BatchCounts { get; } = new long[MeasuringWindow.Batches];

    /// <summary>How many of them ended in each step.</summary>
    public long[] StepCounts { get; } = new long[window.Steps];

    /// <summary>How many errors fell in each step.</summary>
    public long[] StepErrors { get; } = new long[window.Steps];

    /// <summary>The errors of the measurement.</summary>
    public ErrorTally Errors { get; } = new();

    /// <summary>The errors of the warm-up.</summary>
    public ErrorTally WarmupErrors { get; } = new();

    /// <summary>What handshakes agreed on, and how many of them.</summary>
    public IReadOnlyDictionary<TlsClientSession, long> Sessions => _sessions;

    /// <summary>Connections done in the warm-up.</summary>
    public long WarmupDone { get; private set; }

    /// <summary>Connections that the server reset after everything was done, instead of closing them.</summary>
    public long ResetsAfterClose { get; set; }

    /// <summary>Arrivals that found no free connection when they were due.</summary>
    public long Delayed { get; private set; }

    /// <summary>The longest such wait, in nanoseconds.</summary>
    public long LongestDelay { get; private set; }

    /// <summary>Connections under way when the run was broken off.</summary>
    public int Abandoned { get; set; }

    /// <summary>The thread's processor time in the window.</summary>
    public TimeSpan ProcessorTime { get; set; }

    /// <summary>Done so far, from any thread.</summary>
    public long DoneSoFar => Volatile.Read(ref _done);

    /// <summary>Failed so far, from any thread.</summary>
    public long FailedSoFar => Volatile.Read(ref _failed);

    /// <summary>An arrival started later than it was due, because no connection was free.</summary>
    public void Delay(long due, long now)
    {
        if (!window.Contains(due))
            return;
        Delayed++;
        LongestDelay = Math.Max(LongestDelay, now - due);
    }

    /// <summary>A connection is done.</summary>
    public void Done(in ConnectionTimes times, in TlsClientSession session)
    {
        _done++;
        if (times.Ended < window.Start)
            WarmupDone++;
        var isMeant = session.Resumed == wantsResumed;
        if (isMeant && window.Contains(times.Ended))
        {
            StepCounts[window.StepOf(times.Ended)]++;
            BatchCounts[window.BatchOf(times.Ended)]++;
        }

        var moment = isOpenLoop ? times.Due : times.Ended;
        if (!window.Contains(moment))
            return;
        var latency = times.HandshakeDone - times.Due;
        (session.Resumed ? Resumed : Full).Record(latency);
        if (isMeant)
            Batches[window.BatchOf(moment)].Record(latency);
        if (times.ResponseDone != 0)
            Response.Record(times.ResponseDone - times.Due);
        if (_sessions.TryGetValue(session, out var count) || _sessions.Count < MostSessions)
            _sessions[session] = count + 1;
    }

    /// <summary>A connection failed. Errors after the window count as well, when what failed had begun in it.</summary>
    public void Failed(long due, long now, BenchErrorKind kind, string detail, Func<string> explain)
    {
        _failed++;
        var moment = isOpenLoop ? due : now;
        if (moment < window.Start)
        {
            WarmupErrors.Add(kind, detail, explain);
            return;
        }

        Errors.Add(kind, detail, explain);
        if (window.Contains(moment))
            StepErrors[window.StepOf(moment)]++;
    }
}

/// <summary>A connection's moments, on <see cref="System.Diagnostics.Stopwatch"/>'s clock.</summary>
/// <param name="Due">When it started, or should have.</param>
/// <param name="HandshakeDone">When both sides had finished the handshake.</param>
/// <param name="ResponseDone">When the whole response had come; 0 without a request.</param>
/// <param name="Ended">When it was closed on both sides.</param>
internal readonly record struct ConnectionTimes(long Due, long HandshakeDone, long ResponseDone, long Ended);
