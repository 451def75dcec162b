using System.Diagnostics;

namespace ForwardSecretProxy.Signing.Calls;

/// <summary>
/// Looks after every call into a PKCS#11 module: a module is somebody else's code and may never return. One plain thread
/// looks at all of them a few times a second; it needs neither the runtime's pool nor a timer, which hanging calls could
/// have starved.
/// </summary>
internal static class CallWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private static readonly Lock Gate = new();
    private static List<CallSlot> _slots = [];
    private static bool _runs;

    /// <summary>Looks after one more thread.</summary>
    public static CallSlot Add(CallSlot slot)
    {
        lock (Gate)
        {
            // A new list, so that the watch goes through the one before without a lock.
            _slots = [.. _slots.Where(other => other.IsOfLiveThread), slot];
            if (!_runs)
                new Thread(Run) { IsBackground = true, Name = "fsp module watch" }.Start();
            _runs = true;
        }

        return slot;
    }

    private static void Run()
    {
        var last = Stopwatch.GetTimestamp();
        while (true)
        {
            Thread.Sleep(Interval);
            var now = Stopwatch.GetTimestamp();
            var passed = Stopwatch.GetElapsedTime(last, now);
            last = now;

            // Much later than it wanted: the process stood still (SIGSTOP, a debugger, a machine that slept).
            if (passed > 4 * Interval)
                passed = Interval;
            foreach (var slot in Volatile.Read(ref _slots))
                slot.Look(passed);
        }
    }
}
