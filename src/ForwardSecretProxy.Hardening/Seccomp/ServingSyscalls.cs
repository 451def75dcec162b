using ForwardSecretProxy.Hardening.Interop;
using static ForwardSecretProxy.Hardening.Seccomp.Syscall;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>
/// The system calls of a process that serves: what the .NET runtime, glibc and libssl use of them, and their older and newer
/// twins. A call that gives no power beyond what the process has is in, used or not; everything else is refused.
/// </summary>
internal static class ServingSyscalls
{
    /// <summary>The newest call that was known when this was written; libraries try newer ones and cope without.</summary>
    internal const int Newest = 463;

    /// <summary>What may be called with any arguments.</summary>
    internal static readonly IReadOnlyList<Syscall> Allowed =
    [
        // Reading, writing, waiting.
        new("read", 0, 63),
        new("write", 1, 64),
        new("readv", 19, 65),
        new("writev", 20, 66),
        new("pread64", 17, 67),
        new("pwrite64", 18, 68),
        new("preadv", 295, 69),
        new("pwritev", 296, 70),
        new("preadv2", 327, 286),
        new("pwritev2", 328, 287),
        new("close", 3, 57),
        new("close_range", 436, 436),
        new("lseek", 8, 62),
        new("dup", 32, 23),
        new("dup2", 33, Absent),
        new("dup3", 292, 24),
        new("fcntl", 72, 25),
        new("flock", 73, 32),
        new("pipe", 22, Absent),
        new("pipe2", 293, 59),
        new("poll", 7, Absent),
        new("ppoll", 271, 73),
        new("select", 23, Absent),
        new("pselect6", 270, 72),
        new("epoll_create", 213, Absent),
        new("epoll_create1", 291, 20),
        new("epoll_ctl", 233, 21),
        new("epoll_wait", 232, Absent),
        new("epoll_pwait", 281, 22),
        new("epoll_pwait2", 441, 441),
        new("eventfd", 284, Absent),
        new("eventfd2", 290, 19),
        new("timerfd_create", 283, 85),
        new("timerfd_settime", 286, 86),
        new("timerfd_gettime", 287, 87),
        new("signalfd", 282, Absent),
        new("signalfd4", 289, 74),
        new("inotify_init", 253, Absent),
        new("inotify_init1", 294, 26),
        new("inotify_add_watch", 254, 27),
        new("inotify_rm_watch", 255, 28),
        new("sendfile", 40, 71),
        new("splice", 275, 76),
        new("tee", 276, 77),
        new("copy_file_range", 326, 285),
        new("fsync", 74, 82),
        new("fdatasync", 75, 83),
        new("sync_file_range", 277, 84),
        new("fadvise64", 221, 223),
        new("readahead", 187, 213),
        // Files: which of them, Landlock decides.
        new("open", 2, Absent),
        new("openat", 257, 56),
        new("openat2", 437, 437),
        new("creat", 85, Absent),
        new("stat", 4, Absent),
        new("lstat", 6, Absent),
        new("fstat", 5, 80),
        new("newfstatat", 262, 79),
        new("statx", 332, 291),
        new("statfs", 137, 43),
        new("fstatfs", 138, 44),
        new("access", 21, Absent),
        new("faccessat", 269, 48),
        new("faccessat2", 439, 439),
        new("readlink", 89, Absent),
        new("readlinkat", 267, 78),
        new("getdents", 78, Absent),
        new("getdents64", 217, 61),
        new("getcwd", 79, 17),
        new("rename", 82, Absent),
        new("renameat", 264, 38),
        new("renameat2", 316, 276),
        new("unlink", 87, Absent),
        new("unlinkat", 263, 35),
        new("mkdir", 83, Absent),
        new("mkdirat", 258, 34),
        new("rmdir", 84, Absent),
        new("chmod", 90, Absent),
        new("fchmod", 91, 52),
        new("fchmodat", 268, 53),
        new("fchmodat2", 452, 452),
        new("truncate", 76, 45),
        new("ftruncate", 77, 46),
        new("fallocate", 285, 47),
        new("utimensat", 280, 88),
        new("umask", 95, 166),
        new("getxattr", 191, 8),
        new("lgetxattr", 192, 9),
        new("fgetxattr", 193, 10),
        new("listxattr", 194, 11),
        new("llistxattr", 195, 12),
        new("flistxattr", 196, 13),
        // Memory: the runtime compiles while it runs, and maps what it compiles twice.
        new("mmap", 9, 222),
        new("munmap", 11, 215),
        new("mprotect", 10, 226),
        new("mremap", 25, 216),
        new("madvise", 28, 233),
        new("brk", 12, 214),
        new("mincore", 27, 232),
        new("msync", 26, 227),
        new("mlock", 149, 228),
        new("mlock2", 325, 284),
        new("munlock", 150, 229),
        new("membarrier", 324, 283),
        new("memfd_create", 319, 279),
        new("mbind", 237, 235),
        new("get_mempolicy", 239, 236),
        new("set_mempolicy", 238, 237),
        new("pkey_mprotect", 329, 288),
        new("pkey_alloc", 330, 289),
        new("pkey_free", 331, 290),
        new("map_shadow_stack", 453, 453),
        new("arch_prctl", 158, Absent),
        // Threads.
        new("futex", 202, 98),
        new("futex_waitv", 449, 449),
        new("futex_wake", 454, 454),
        new("futex_wait", 455, 455),
        new("futex_requeue", 456, 456),
        new("set_robust_list", 273, 99),
        new("get_robust_list", 274, 100),
        new("set_tid_address", 218, 96),
        new("rseq", 334, 293),
        new("sched_yield", 24, 124),
        new("sched_getaffinity", 204, 123),
        new("sched_setaffinity", 203, 122),
        new("sched_getparam", 143, 121),
        new("sched_setparam", 142, 118),
        new("sched_getscheduler", 145, 120),
        new("sched_setscheduler", 144, 119),
        new("sched_getattr", 315, 275),
        new("sched_get_priority_max", 146, 125),
        new("sched_get_priority_min", 147, 126),
        new("getpriority", 140, 141),
        new("setpriority", 141, 140),
        new("exit", 60, 93),
        new("exit_group", 231, 94),
        new("gettid", 186, 178),
        new("getcpu", 309, 168),
        new("restart_syscall", 219, 128),
        // Signals.
        new("rt_sigaction", 13, 134),
        new("rt_sigprocmask", 14, 135),
        new("rt_sigreturn", 15, 139),
        new("rt_sigpending", 127, 136),
        new("rt_sigtimedwait", 128, 137),
        new("rt_sigsuspend", 130, 133),
        new("sigaltstack", 131, 132),
        new("pause", 34, Absent),
        // Time.
        new("clock_gettime", 228, 113),
        new("clock_getres", 229, 114),
        new("clock_nanosleep", 230, 115),
        new("nanosleep", 35, 101),
        new("gettimeofday", 96, 169),
        new("time", 201, Absent),
        new("times", 100, 153),
        new("getitimer", 36, 102),
        new("setitimer", 38, 103),
        new("timer_create", 222, 107),
        new("timer_settime", 223, 110),
        new("timer_gettime", 224, 108),
        new("timer_getoverrun", 225, 109),
        new("timer_delete", 226, 111),
        // The network.
        new("socketpair", 53, 199),
        new("bind", 49, 200),
        new("listen", 50, 201),
        new("accept", 43, 202),
        new("accept4", 288, 242),
        new("connect", 42, 203),
        new("getsockname", 51, 204),
        new("getpeername", 52, 205),
        new("getsockopt", 55, 209),
        new("setsockopt", 54, 208),
        new("shutdown", 48, 210),
        new("sendto", 44, 206),
        new("recvfrom", 45, 207),
        new("sendmsg", 46, 211),
        new("recvmsg", 47, 212),
        new("sendmmsg", 307, 269),
        new("recvmmsg", 299, 243),
        // What the process is, and its children.
        new("getpid", 39, 172),
        new("getppid", 110, 173),
        new("getuid", 102, 174),
        new("geteuid", 107, 175),
        new("getgid", 104, 176),
        new("getegid", 108, 177),
        new("getgroups", 115, 158),
        new("getresuid", 118, 148),
        new("getresgid", 120, 150),
        new("getpgrp", 111, Absent),
        new("getpgid", 121, 155),
        new("getsid", 124, 156),
        new("getrlimit", 97, 163),
        new("getrusage", 98, 165),
        new("sysinfo", 99, 179),
        new("uname", 63, 160),
        new("capget", 125, 90),
        new("getrandom", 318, 278),
        new("wait4", 61, 260),
        new("waitid", 247, 95),
        // They only take away.
        new("landlock_create_ruleset", 444, 444),
        new("landlock_add_rule", 445, 445),
        new("landlock_restrict_self", 446, 446),
    ];

    /// <summary>What nobody calls but one who has taken the process over: it ends, and the kernel's log says so.</summary>
    internal static readonly IReadOnlyList<Syscall> Fatal =
    [
        new("execve", 59, 221),
        new("execveat", 322, 281),
        new("ptrace", 101, 117),
        new("process_vm_writev", 311, 271),
        new("bpf", 321, 280),
        new("init_module", 175, 105),
        new("finit_module", 313, 273),
        new("delete_module", 176, 106),
        new("kexec_load", 246, 104),
        new("kexec_file_load", 320, 294),
        new("reboot", 169, 142),
        new("mount", 165, 40),
        new("umount2", 166, 39),
        new("pivot_root", 155, 41),
        new("chroot", 161, 51),
        new("setns", 308, 268),
        new("unshare", 272, 97),
        new("fsopen", 430, 430),
        new("fsconfig", 431, 431),
        new("fsmount", 432, 432),
        new("fspick", 433, 433),
        new("move_mount", 429, 429),
        new("open_tree", 428, 428),
        new("mount_setattr", 442, 442),
        new("add_key", 248, 217),
        new("request_key", 249, 218),
        new("keyctl", 250, 219),
        new("open_by_handle_at", 304, 265),
        new("swapon", 167, 224),
        new("swapoff", 168, 225),
        new("iopl", 172, Absent),
        new("ioperm", 173, Absent),
    ];

    /// <summary>What depends on an argument.</summary>
    /// <param name="process">This process's id.</param>
    internal static IReadOnlyList<(Syscall Call, ArgumentCheck Check)> Checked(int process) =>
    [
        (new("socket", 41, 198), new ArgumentCheck(
            0, [.. AddressFamilies.Select(family => new ArgumentCase(family, SeccompAction.Allow))], SeccompAction.Error(LibC.EAFNOSUPPORT))),
        // Threads of this process, and in no namespace of their own.
        (new("clone", 56, 220), new ArgumentCheck(
            0, [new ArgumentCase(CloneThread | CloneNamespaces, CloneThread, SeccompAction.Allow)], SeccompAction.Refuse)),
        // Its flags are in memory, out of a filter's sight. glibc then takes clone.
        (new("clone3", 435, 435), new ArgumentCheck(0, [], SeccompAction.Unknown)),
        (new("kill", 62, 129), OnlyItself(process, SeccompAction.Refuse)),
        (new("tgkill", 234, 131), OnlyItself(process, SeccompAction.Refuse)),
        // A library that unwinds a stack may look at its own memory by it.
        (new("process_vm_readv", 310, 270), OnlyItself(process, SeccompAction.Kill)),
        (new("ioctl", 16, 29), AllBut(1, TerminalInput, TerminalControl)),
        (new("prctl", 157, 167), AllBut(0, SetDumpable, SetMemoryMap, SetTracer)),
        // To ask is fine, to set is not.
        (new("prlimit64", 302, 261), new ArgumentCheck(
            2, [new ArgumentCase(0, SeccompAction.Allow)], SeccompAction.Refuse) { IsWide = true }),
    ];

    /// <summary>AF_UNIX, AF_INET, AF_INET6, and AF_NETLINK, by which getaddrinfo(3) asks for the machine's addresses.</summary>
    private static readonly uint[] AddressFamilies = [1, 2, 10, 16];

    /// <summary>CLONE_THREAD.</summary>
    private const uint CloneThread = 0x00010000;

    /// <summary>CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.</summary>
    private const uint CloneNamespaces = 0x7E020000;

    /// <summary>TIOCSTI: types into the terminal that the process was started from.</summary>
    private const uint TerminalInput = 0x5412;

    /// <summary>TIOCLINUX: the same by a selection.</summary>
    private const uint TerminalControl = 0x541C;

    private const uint SetDumpable = LibC.PR_SET_DUMPABLE;

    /// <summary>PR_SET_MM.</summary>
    private const uint SetMemoryMap = 35;

    /// <summary>PR_SET_PTRACER, of the Yama module.</summary>
    private const uint SetTracer = 0x59616D61;

    private static ArgumentCheck OnlyItself(int process, SeccompAction otherwise) =>
        new(0, [new ArgumentCase((uint)process, SeccompAction.Allow)], otherwise);

    private static ArgumentCheck AllBut(int argument, params uint[] values) =>
        new(argument, [.. values.Select(value => new ArgumentCase(value, SeccompAction.Refuse))], SeccompAction.Allow);
}
