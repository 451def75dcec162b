using static ForwardSecretProxy.Hardening.Seccomp.BpfInstruction;

namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>
/// Makes the filter's program (seccomp(2)): the architecture first, then a search among the numbers by halves, which takes
/// some seven comparisons. The kernel remembers which numbers are always allowed and does not even run it for them.
/// </summary>
internal static class SeccompProgram
{
    // struct seccomp_data
    private const int NumberOffset = 0;
    private const int ArchitectureOffset = 4;
    private const int ArgumentsOffset = 16;

    /// <summary>__X32_SYSCALL_BIT: from here on x32's numbers, by which 64-bit programs reach calls by another name.</summary>
    private const int X32 = 0x40000000;

    /// <summary>The program for a process that serves.</summary>
    internal static BpfInstruction[] ForServing(SyscallArchitecture architecture, int process)
    {
        return
        [
            Load(ArchitectureOffset),
            SkipIfEqual(architecture.AuditNumber, 1),
            Return(SeccompAction.Kill),
            Load(NumberOffset),
            .. Search(Spans(architecture, process)),
        ];
    }

    /// <summary>What is done, from each number on to the next.</summary>
    private static List<Span> Spans(SyscallArchitecture architecture, int process)
    {
        var byNumber = new SortedDictionary<int, IReadOnlyList<BpfInstruction>>();
        foreach (var call in ServingSyscalls.Allowed)
            Add(call, [Return(SeccompAction.Allow)]);
        foreach (var call in ServingSyscalls.Fatal)
            Add(call, [Return(SeccompAction.Kill)]);
        foreach (var (call, check) in ServingSyscalls.Checked(process))
            Add(call, Compile(check));

        var spans = new List<Span>();
        for (var number = 0; number <= ServingSyscalls.Newest; number++)
            Continue(number, byNumber.GetValueOrDefault(number) ?? [Return(SeccompAction.Refuse)]);
        Continue(ServingSyscalls.Newest + 1, [Return(SeccompAction.Unknown)]);
        Continue(X32, [Return(SeccompAction.Kill)]);
        return spans;

        void Add(Syscall call, IReadOnlyList<BpfInstruction> code)
        {
            if (call.NumberOn(architecture) is var number and not Syscall.Absent)
                byNumber.Add(number, code);
        }

        void Continue(int from, IReadOnlyList<BpfInstruction> code)
        {
            if (spans.Count == 0 || !spans[^1].Code.SequenceEqual(code))
                spans.Add(new Span((uint)from, code));
        }
    }

    private static IReadOnlyList<BpfInstruction> Search(IReadOnlyList<Span> spans)
    {
        if (spans is [var only])
            return only.Code;
        var middle = spans.Count / 2;
        var below = Search([.. spans.Take(middle)]);
        return [SkipIfAtLeast(spans[middle].From, below.Count), .. below, .. Search([.. spans.Skip(middle)])];
    }

    private static List<BpfInstruction> Compile(ArgumentCheck check)
    {
        // Little-endian on both architectures.
        var low = ArgumentsOffset + (check.Argument * sizeof(ulong));
        var code = new List<BpfInstruction>();
        if (check.IsWide)
            code.AddRange([Load(low + sizeof(uint)), SkipIfAtLeast(1, check.Cases.Count * CaseLength)]);
        foreach (var each in check.Cases)
            code.AddRange([Load(low), And(each.Mask), SkipUnlessEqual(each.Value, 1), Return(each.Action)]);
        code.Add(Return(check.Otherwise));
        return code;
    }

    /// <summary>How many instructions a case has.</summary>
    private const int CaseLength = 4;

    private readonly record struct Span(uint From, IReadOnlyList<BpfInstruction> Code);
}
