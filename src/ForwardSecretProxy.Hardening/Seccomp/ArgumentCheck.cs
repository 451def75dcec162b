namespace ForwardSecretProxy.Hardening.Seccomp;

/// <summary>A system call of which one argument decides.</summary>
/// <param name="Argument">Which, from 0 on.</param>
/// <param name="Cases">What is done for which values; the first that fits.</param>
/// <param name="Otherwise">What is done for all others.</param>
internal sealed record ArgumentCheck(int Argument, IReadOnlyList<ArgumentCase> Cases, SeccompAction Otherwise)
{
    /// <summary>
    /// Whether all 64 bits must fit, as of a pointer. Of an int the kernel looks at 32, and what stands in the others is chance.
    /// </summary>
    internal bool IsWide { get; init; }
}

/// <summary>One case: <c>(argument &amp; Mask) == Value</c>.</summary>
/// <param name="Mask">The bits that count, of the lower 32.</param>
/// <param name="Value">What they are.</param>
/// <param name="Action">What is done then.</param>
internal readonly record struct ArgumentCase(uint Mask, uint Value, SeccompAction Action)
{
    /// <summary>Every bit counts.</summary>
    internal ArgumentCase(uint value, SeccompAction action)
        : this(uint.MaxValue, value, action)
    {
    }
}
