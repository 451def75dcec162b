using System.Runtime.InteropServices;
using ForwardSecretProxy.Hardening.Interop;
using ForwardSecretProxy.Hardening.Seccomp;

namespace ForwardSecretProxy.Tests.Hardening.Seccomp;

public class SeccompProgramTests
{
    private const int Process = 4711;
    private const ulong Thread = 0x003D0F00; // what glibc makes a thread with

    public static TheoryData<Architecture> Architectures => [Architecture.X64, Architecture.Arm64];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Program_EveryNumber_IsAllowedExactlyWhenListed(Architecture name)
    {
        var architecture = Of(name);
        var allowed = Numbers(ServingSyscalls.Allowed, architecture);
        var fatal = Numbers(ServingSyscalls.Fatal, architecture);
        var @checked = Numbers(ServingSyscalls.Checked(Process).Select(each => each.Call), architecture);
        Assert.Empty(allowed.Intersect(fatal));

        var program = SeccompProgram.ForServing(architecture, Process);
        foreach (var number in Enumerable.Range(0, ServingSyscalls.Newest + 1).Except(@checked))
        {
            var expected = allowed.Contains(number) ? SeccompAction.Allow
                : fatal.Contains(number) ? SeccompAction.Kill
                : SeccompAction.Refuse;
            Assert.True(expected.Value == BpfInterpreter.Run(program, number, architecture.AuditNumber), $"{number}");
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Program_NumberThatIsNewer_IsUnknownSoThatLibrariesGoOn(Architecture name)
    {
        foreach (var number in (int[])[ServingSyscalls.Newest + 1, 600, 0x3FFFFFFF])
            Assert.Equal(SeccompAction.Unknown, Run(Of(name), number));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Program_OtherArchitectureOrX32_Kills(Architecture name)
    {
        var program = SeccompProgram.ForServing(Of(name), Process);
        const uint i386 = 0x40000003;

        // getpid, which is allowed by its own number.
        Assert.Equal(SeccompAction.Kill.Value, BpfInterpreter.Run(program, 39, i386));
        Assert.Equal(SeccompAction.Kill, Run(Of(name), 0x40000000 | 39));
        Assert.Equal(SeccompAction.Kill, Run(Of(name), -1));
    }

    [Theory]
    [InlineData(Architecture.X64, 59)]
    [InlineData(Architecture.X64, 322)]
    [InlineData(Architecture.X64, 101)]
    [InlineData(Architecture.Arm64, 221)]
    [InlineData(Architecture.Arm64, 281)]
    [InlineData(Architecture.Arm64, 117)]
    public void Program_ExecveExecveatPtrace_Kill(Architecture name, int number)
    {
        Assert.Equal(SeccompAction.Kill, Run(Of(name), number));
    }

    [Theory]
    [InlineData(Thread, true)]
    [InlineData(0x01200011, false)] // fork()
    [InlineData(0x00004111, false)] // posix_spawn()
    [InlineData(Thread | 0x10000000, false)]
    [InlineData(Thread | 0x00020000, false)]
    [InlineData(Thread | 0x40000000, false)]
    public void Program_Clone_MakesThreadsOnly(ulong flags, bool expected)
    {
        Assert.Equal(expected ? SeccompAction.Allow : SeccompAction.Refuse, Run(SyscallArchitecture.X64, 56, flags));
        Assert.Equal(expected ? SeccompAction.Allow : SeccompAction.Refuse, Run(SyscallArchitecture.Arm64, 220, flags));
        Assert.Equal(SeccompAction.Unknown, Run(SyscallArchitecture.X64, 435, flags));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(10, true)]
    [InlineData(16, true)]
    [InlineData(17, false)] // AF_PACKET
    [InlineData(38, false)] // AF_ALG
    [InlineData(40, false)] // AF_VSOCK
    public void Program_Socket_HasTheFamiliesOfServing(ulong family, bool expected)
    {
        var action = expected ? SeccompAction.Allow : SeccompAction.Error(LibC.EAFNOSUPPORT);

        Assert.Equal(action, Run(SyscallArchitecture.X64, 41, family));
        // Of an int the kernel looks at the lower half.
        Assert.Equal(action, Run(SyscallArchitecture.X64, 41, family | 0xFFFF_FFFF_0000_0000));
    }

    [Theory]
    [InlineData(62)]
    [InlineData(234)]
    public void Program_Signal_ReachesItselfOnly(int number)
    {
        Assert.Equal(SeccompAction.Allow, Run(SyscallArchitecture.X64, number, Process, 6));
        foreach (var other in (ulong[])[0, 1, Process + 1, unchecked((ulong)-1), unchecked((ulong)-Process)])
            Assert.Equal(SeccompAction.Refuse, Run(SyscallArchitecture.X64, number, other, 9));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0x7F00_0000_1000, false)]
    [InlineData(0x7F00_0000_0000, false)] // half of the pointer is zero
    public void Program_ResourceLimits_AreAskedForNotSet(ulong newLimit, bool expected)
    {
        Assert.Equal(expected ? SeccompAction.Allow : SeccompAction.Refuse,
            Run(SyscallArchitecture.X64, 302, 0, 4, newLimit, 0x7F00_0000_2000));
    }

    [Theory]
    [InlineData(157, 4, 1, false)] // prctl(PR_SET_DUMPABLE)
    [InlineData(157, 3, 0, true)]
    [InlineData(157, 15, 0, true)]
    [InlineData(157, 0x59616D61, 1, false)]
    [InlineData(16, 0, 0x5412, false)] // ioctl(TIOCSTI)
    [InlineData(16, 0, 0x541B, true)] // FIONREAD
    public void Program_UndoingArguments_AreRefused(int number, ulong first, ulong second, bool expected)
    {
        Assert.Equal(expected ? SeccompAction.Allow : SeccompAction.Refuse, Run(SyscallArchitecture.X64, number, first, second));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Program_Length_IsWhatTheKernelTakes(Architecture name)
    {
        Assert.InRange(SeccompProgram.ForServing(Of(name), Process).Length, 100, 4096); // BPF_MAXINSNS
    }

    private static SeccompAction Run(SyscallArchitecture architecture, int number, params ulong[] arguments) =>
        new(BpfInterpreter.Run(SeccompProgram.ForServing(architecture, Process), number, architecture.AuditNumber, arguments));

    private static SyscallArchitecture Of(Architecture name) =>
        name == Architecture.X64 ? SyscallArchitecture.X64 : SyscallArchitecture.Arm64;

    private static List<int> Numbers(IEnumerable<Syscall> calls, SyscallArchitecture architecture)
    {
        List<int> numbers = [.. calls.Select(call => call.NumberOn(architecture)).Where(number => number != Syscall.Absent)];
        Assert.Distinct(numbers);
        Assert.DoesNotContain(numbers, number => number > ServingSyscalls.Newest);
        return numbers;
    }
}
