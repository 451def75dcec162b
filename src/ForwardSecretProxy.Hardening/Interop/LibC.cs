using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Hardening.Interop;

/// <summary>What is used of libc, most of it by system calls that it has no function for.</summary>
internal static unsafe partial class LibC
{
    internal const int PR_GET_DUMPABLE = 3;
    internal const int PR_SET_DUMPABLE = 4;
    internal const int PR_SET_NO_NEW_PRIVS = 38;

    internal const int RLIMIT_CORE = 4;

    internal const int SCHED_OTHER = 0;
    internal const int SCHED_BATCH = 3;

    internal const int O_PATH = 0x200000;
    internal const int O_CLOEXEC = 0x80000;

    internal const int EPERM = 1;
    internal const int ENOENT = 2;
    internal const int EACCES = 13;
    internal const int EINVAL = 22;
    internal const int ENOSYS = 38;
    internal const int EOPNOTSUPP = 95;
    internal const int EAFNOSUPPORT = 97;

    private const string Name = "libc";

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int getrlimit(int resource, ResourceLimit* limit);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int setrlimit(int resource, ResourceLimit* limit);

    [LibraryImport(Name)]
    internal static partial int getppid();

    [LibraryImport(Name)]
    internal static partial int sched_getscheduler(int thread);

    /// <param name="thread">The thread.</param>
    /// <param name="policy">A <c>SCHED_*</c> constant.</param>
    /// <param name="parameter"><c>struct sched_param</c>, which is the priority alone.</param>
    [LibraryImport(Name)]
    internal static partial int sched_setscheduler(int thread, int policy, int* parameter);

    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    [LibraryImport(Name)]
    internal static partial int close(int fd);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial int execve(byte* path, byte** arguments, byte** environment);

    [LibraryImport(Name, SetLastError = true)]
    internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ResourceLimit
    {
        internal nuint Soft;
        internal nuint Hard;
    }
}
