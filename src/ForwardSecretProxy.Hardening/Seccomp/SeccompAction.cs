using ForwardSecretProxy.Hardening.Interop;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>What the kernel does with a system call (SECCOMP_RET_*).</summary>
/// <param name="Value">As the filter returns it.</param>
internal readonly record struct SeccompAction(uint Value)
{
    /// <summary>It is done.</summary>
    internal static readonly SeccompAction Allow = new(0x7FFF0000);

    /// <summary>The process ends at once by SIGSYS, which the kernel's audit log names.</summary>
    internal static readonly SeccompAction Kill = new(0x80000000);

    /// <summary>It fails as it does for want of a privilege, which every library has to expect.</summary>
    internal static readonly SeccompAction Refuse = Error(LibC.EPERM);

    /// <summary>It fails as on a kernel that is too old for it, and libraries take the older way.</summary>
    internal static readonly SeccompAction Unknown = Error(LibC.ENOSYS);

    /// <summary>It fails with an errno.</summary>
    internal static SeccompAction Error(int errno) => new(0x00050000 | (uint)errno);
}
