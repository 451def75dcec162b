using System.Globalization;
using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Execution;

/// <summary>How the kernel shares the processors among the threads of this process: sched(7).</summary>
public static class Scheduling
{
    /// <summary>
    /// SCHED_BATCH: a thread of ours that wakes up waits for the end of another's turn instead of interrupting it. On a busy
    /// machine the serving process and its signer would otherwise interrupt each other twice in each handshake; on one with
    /// an idle processor nothing changes. Counts for the threads there are, those they make from now on, and what they
    /// execute. Leaves a policy alone that somebody has chosen; needs no privilege. Where it is forbidden (by a filter of
    /// system calls, say) all goes on, a little slower.
    /// </summary>
    public static unsafe void PreferThroughput()
    {
        foreach (var directory in Directory.GetDirectories("/proc/self/task"))
        {
            var thread = int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture);
            if (sched_getscheduler(thread) != SCHED_OTHER) continue;
            // Batch threads have a nice value, and no priority.
            var priority = 0;
            _ = sched_setscheduler(thread, SCHED_BATCH, &priority);
        }
    }
}
