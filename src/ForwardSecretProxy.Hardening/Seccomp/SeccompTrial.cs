using System.Runtime.InteropServices;
using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>Whether the filter is in force, found out by a call that does nothing and that it refuses.</summary>
public static class SeccompTrial
{
    /// <summary>personality(2) asked for what is set, which an ordinary process may.</summary>
    private static readonly Syscall Harmless = new("personality", 135, 92);

    private const long Ask = uint.MaxValue;

    /// <summary>Whether it was refused.</summary>
    public static bool IsRefused()
    {
        return SyscallArchitecture.Current is { } architecture
            && syscall(Harmless.NumberOn(architecture), unchecked((nint)Ask), 0, 0, 0, 0, 0) < 0
            && Marshal.GetLastPInvokeError() == EPERM;
    }
}
