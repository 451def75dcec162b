using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>A system call and its number on each architecture.</summary>
/// <param name="Name">As in the kernel's sources.</param>
/// <param name="X64">Its number in arch/x86/entry/syscalls/syscall_64.tbl.</param>
/// <param name="Arm64">Its number in include/uapi/asm-generic/unistd.h.</param>
internal readonly record struct Syscall(string Name, int X64, int Arm64)
{
    /// <summary>The number of a call that an architecture does not have.</summary>
    internal const int Absent = -1;

    /// <summary>Its number on one architecture, or <see cref="Absent"/>.</summary>
    internal int NumberOn(SyscallArchitecture architecture) => architecture.Name == Architecture.X64 ? X64 : Arm64;
}

/// <summary>What the kernel calls an architecture (linux/audit.h), which every filter looks at first: numbers differ.</summary>
/// <param name="Name">Which it is.</param>
/// <param name="AuditNumber">AUDIT_ARCH_*.</param>
internal readonly record struct SyscallArchitecture(Architecture Name, uint AuditNumber)
{
    internal static readonly SyscallArchitecture X64 = new(Architecture.X64, 0xC000003E);
    internal static readonly SyscallArchitecture Arm64 = new(Architecture.Arm64, 0xC00000B7);

    /// <summary>That of this process; null where we have no numbers for it.</summary>
    internal static SyscallArchitecture? Current => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        _ => null,
    };
}
