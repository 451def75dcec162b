using System.Diagnostics;
using ForwardSecretProxy.OpenSsl.Client;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// One thread and its connections. A closed loop replaces each that is done; an open loop starts them on a schedule, in
/// as many slots as it may use. After the window nothing new is started, and what is under way is waited for, within its
/// time limit.
/// </summary>
internal sealed class BenchLoop : IDisposable
{
    private static readonly long SweepTicks = Stopwatch.Frequency / 10;

    /// <summary>A closed loop's slot rests after an error, or a server that refuses would be run over and fill the count.</summary>
    private static readonly long RestTicks = Stopwatch.Frequency / 20;

    private readonly BenchWork _work;
    private readonly MeasuringWindow _window;
    private readonly ArrivalSchedule? _schedule;
    private readonly TlsClientContext _context;
    private readonly TlsClientPoller _poller = new();
    private readonly BenchConnection[] _slots;
    private readonly Stack<BenchConnection> _free;
    private readonly Queue<(BenchConnection Slot, long Until)> _resting = new();
    private readonly Queue<BenchConnection> _unfinished = new();
    private readonly List<TlsClientConnection> _ready = [];
    private long _nextSweep;
    private TimeSpan? _processorTimeAtStart;
    private bool _hasWindowEnded;

    /// <summary>Makes the slots; nothing is connected yet.</summary>
    /// <param name="options">What is done.</param>
    /// <param name="window">When it is measured.</param>
    /// <param name="connections">This thread's share of them.</param>
    /// <param name="schedule">This thread's share of the arrivals; null for a closed loop.</param>
    public BenchLoop(BenchOptions options, MeasuringWindow window, int connections, ArrivalSchedule? schedule)
    {
        _window = window;
        _schedule = schedule;
        Recorder = new LoopRecorder(window, schedule is not null, options.Resume);
        _work = new BenchWork(options, Recorder);
        _context = new TlsClientContext(options.ToClientOptions());
        _slots = [.. Enumerable.Range(0, connections).Select(_ => new BenchConnection(_work, _context, _poller))];
        // The first slot on top, and the one used last next: in an open loop few tickets are kept fresh, not many stale.
        _free = new Stack<BenchConnection>(_slots.Reverse());
    }

    /// <summary>What came of it.</summary>
    public LoopRecorder Recorder { get; }

    /// <summary>Drives the connections until all is done. Blocks.</summary>
    /// <param name="stop">Breaks off what is under way.</param>
    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var now = Stopwatch.GetTimestamp();
            NoteProcessorTime(now);
            Sweep(now);
            var wake = now < _window.End ? StartAll(now) : StartLeftOvers(now);
            if (now >= _window.End && _free.Count + _resting.Count == _slots.Length)
                break;

            _poller.Wait(_unfinished.Count > 0 ? now : wake, _ready);
            AdvanceUnfinished();
            foreach (var ready in _ready)
                Advance((BenchConnection)ready.Owner!);
        }

        NoteProcessorTime(Stopwatch.GetTimestamp());
        Recorder.Abandoned = _slots.Count(slot => !slot.IsFree);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
            slot.Dispose();
        _context.Dispose();
        _poller.Dispose();
    }

    private void Advance(BenchConnection slot)
    {
        // An edge may be left of a connection that a sweep has ended; one that waits for its turn has no need of it.
        if (slot.IsFree || slot.IsUnfinished)
            return;
        slot.Advance();
        if (slot.IsUnfinished)
            _unfinished.Enqueue(slot);
        else if (slot.IsFree)
            Release(slot);
    }

    private void AdvanceUnfinished()
    {
        for (var left = _unfinished.Count; left > 0; left--)
        {
            var slot = _unfinished.Dequeue();
            slot.IsUnfinished = false;
            Advance(slot);
        }
    }

    private void Release(BenchConnection slot)
    {
        if (slot.HasFailed && _schedule is null)
            _resting.Enqueue((slot, Stopwatch.GetTimestamp() + RestTicks));
        else
            _free.Push(slot);
    }

    /// <summary>Starts what can be started now; gives the moment to look again.</summary>
    private long StartAll(long now)
    {
        while (_resting.TryPeek(out var first) && first.Until <= now)
            _free.Push(_resting.Dequeue().Slot);

        var due = now;
        while (_free.Count > 0 && (_schedule is null || _schedule.TryTake(now, out due)))
            Start(_free.Pop(), due, now);

        var wake = Math.Min(_nextSweep, now < _window.Start ? _window.Start : _window.End);
        if (_schedule is not null && _free.Count > 0)
            wake = Math.Min(wake, _schedule.NextDue);
        if (_resting.TryPeek(out var resting))
            wake = Math.Min(wake, resting.Until);
        return wake;
    }

    /// <summary>
    /// Arrivals that were due in the window and found no free slot have their turn; when the time limit has passed too,
    /// they are errors.
    /// </summary>
    private long StartLeftOvers(long now)
    {
        if (_schedule is null)
            return _nextSweep;
        while (_free.Count > 0 && _schedule.NextDue < _window.End && now < _window.End + _work.TimeoutTicks)
        {
            _schedule.TryTake(now, out var due);
            Start(_free.Pop(), due, now);
        }

        if (now >= _window.End + _work.TimeoutTicks || _free.Count > 0)
            GiveUpLeftOvers(now);
        return _nextSweep;
    }

    private void GiveUpLeftOvers(long now)
    {
        while (_schedule!.NextDue < _window.End && _schedule.TryTake(now, out var due))
            Recorder.Failed(due, now, BenchErrorKind.NotStarted, "", () => "no connection became free for it");
    }

    private void Start(BenchConnection slot, long due, long now)
    {
        // A loop that runs late by less than this is the clock's doing, not a lack of slots.
        const int tolerableMilliseconds = 1;
        if (now - due > tolerableMilliseconds * Stopwatch.Frequency / 1000)
            Recorder.Delay(due, now);
        slot.Start(due, now);
        if (slot.IsFree)
            Release(slot);
    }

    private void Sweep(long now)
    {
        if (now < _nextSweep)
            return;
        _nextSweep = now + SweepTicks;
        foreach (var slot in _slots)
        {
            if (slot.IsFree || now < slot.Deadline)
                continue;
            slot.TimeOut();
            Release(slot);
        }
    }

    private void NoteProcessorTime(long now)
    {
        if (now < _window.Start || _hasWindowEnded)
            return;
        var spent = TlsClientPoller.ThreadProcessorTime;
        _processorTimeAtStart ??= spent;
        Recorder.ProcessorTime = spent - _processorTimeAtStart.Value;
        _hasWindowEnded = now >= _window.End;
    }
}
