using System.Runtime.InteropServices;
using ForwardSecretProxy.Hardening.Limits;
using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>Puts the filter of a serving process on, for all its threads and for good (seccomp(2)).</summary>
public static unsafe class SeccompFilter
{
    /// <summary>seccomp itself.</summary>
    private static readonly Syscall Call = new("seccomp", 317, 277);

    /// <summary>SECCOMP_SET_MODE_FILTER.</summary>
    private const int SetFilter = 1;

    /// <summary>SECCOMP_FILTER_FLAG_TSYNC.</summary>
    private const int AllThreads = 1;

    /// <summary>
    /// Puts it on, with no_new_privs, which the kernel demands of whoever has no privilege. Whatever is forbidden fails, or
    /// ends the process, from now on.
    /// </summary>
    /// <exception cref="HardeningException">The kernel refuses; nothing has changed then.</exception>
    public static void Install()
    {
        if (SyscallArchitecture.Current is not { } architecture)
            throw new HardeningException($"there is no system call filter for {RuntimeInformation.ProcessArchitecture}");
        ProcessLimits.ForbidNewPrivileges();
        var program = SeccompProgram.ForServing(architecture, Environment.ProcessId);
        fixed (BpfInstruction* code = program)
        {
            var filter = new FilterProgram { Length = checked((ushort)program.Length), Code = code };
            var result = syscall(Call.NumberOn(architecture), SetFilter, AllThreads, (nint)(&filter), 0, 0, 0);
            if (result < 0)
                throw HardeningException.FromLastError("seccomp");
            if (result > 0)
                throw new HardeningException($"seccomp failed: thread {result} has a filter of its own");
        }
    }

    /// <summary><c>struct sock_fprog</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        internal ushort Length;
        internal BpfInstruction* Code;
    }
}
