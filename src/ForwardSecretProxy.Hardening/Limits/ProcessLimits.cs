using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Limits;

/// <summary>
/// What keeps the memory of this process from others of the same user, and this process from more rights than it has:
/// prctl(2) PR_SET_DUMPABLE and PR_SET_NO_NEW_PRIVS, setrlimit(2) RLIMIT_CORE. None of them takes a privilege, and none
/// fails on a kernel that .NET runs on.
/// </summary>
public static class ProcessLimits
{
    /// <summary>
    /// Puts them on. No core file and no debugger counts for the whole process, and ends with execve(2), which makes a
    /// process dumpable again. <c>no_new_privs</c> counts for the calling thread, those it makes, and what it executes.
    /// </summary>
    /// <exception cref="HardeningException">The kernel has refused one of them.</exception>
    public static unsafe void Apply()
    {
        var none = default(ResourceLimit);
        if (setrlimit(RLIMIT_CORE, &none) != 0)
            throw HardeningException.FromLastError("setrlimit(RLIMIT_CORE)");
        if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
            throw HardeningException.FromLastError("prctl(PR_SET_DUMPABLE)");
        ForbidNewPrivileges();
    }

    /// <summary>Whether another process of the same user may read this one's memory or trace it.</summary>
    public static bool IsDumpable => prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;

    /// <summary>Whether a core file could be written: the hard limit counts, for the soft one can be raised to it.</summary>
    public static unsafe bool CanDumpCore
    {
        get
        {
            ResourceLimit limit;
            return getrlimit(RLIMIT_CORE, &limit) != 0 || limit.Soft != 0 || limit.Hard != 0;
        }
    }

    /// <summary>For the calling thread, those it makes from now on, and what it executes.</summary>
    internal static void ForbidNewPrivileges()
    {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
            throw HardeningException.FromLastError("prctl(PR_SET_NO_NEW_PRIVS)");
    }
}
