using System.Globalization;
using System.Runtime.InteropServices;
using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Landlock;

/// <summary>Which Landlock the running kernel has.</summary>
/// <param name="Version">The version of its interface, from 1 on; 0 where there is none.</param>
/// <param name="Reason">Why there is none, in an operator's words.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record LandlockSupport(int Version, string? Reason, string? Mend)
{
    /// <summary>LANDLOCK_CREATE_RULESET_VERSION.</summary>
    private const int AskVersion = 1;

    /// <summary>The rights on files that this kernel can take away.</summary>
    public LandlockAccess Handled => HandledBy(Version);

    /// <summary>Whether signals to processes outside can be taken away.</summary>
    public bool HasSignalScope => Version >= 6;

    /// <summary>The size of <c>struct landlock_ruleset_attr</c> that this kernel surely knows.</summary>
    internal int AttributeSize => Version switch { < 4 => sizeof(ulong), < 6 => 2 * sizeof(ulong), _ => 3 * sizeof(ulong) };

    /// <summary>Asks the kernel.</summary>
    public static LandlockSupport Query()
    {
        var version = syscall(LandlockCalls.CreateRuleset, 0, 0, AskVersion, 0, 0, 0);
        return version > 0 ? new LandlockSupport((int)version, null, null) : Explain(Marshal.GetLastPInvokeError());
    }

    /// <summary>The rights on files that a version knows.</summary>
    internal static LandlockAccess HandledBy(int version)
    {
        if (version < 1) return LandlockAccess.None;
        var handled = LandlockAccess.SinceFirst;
        if (version >= 2) handled |= LandlockAccess.Refer;
        if (version >= 3) handled |= LandlockAccess.Truncate;
        if (version >= 5) handled |= LandlockAccess.DeviceControl;
        return handled;
    }

    private static LandlockSupport Explain(int error) => error switch
    {
        ENOSYS => new(0, "this kernel has no Landlock", "Run a kernel from 5.13 on that was built with CONFIG_SECURITY_LANDLOCK."),
        EOPNOTSUPP => new(0, "Landlock is switched off in this kernel",
            "Add landlock to the list in the kernel's lsm= parameter (CONFIG_LSM has the default)."),
        EPERM => new(0, "a system call filter around this process forbids Landlock",
            "Allow landlock_create_ruleset, landlock_add_rule and landlock_restrict_self: in the container's seccomp profile, or "
            + "in the unit's SystemCallFilter= (@sandbox)."),
        _ => new(0, string.Create(CultureInfo.InvariantCulture, $"the kernel refuses Landlock (errno {error})"), "Look into the kernel's log."),
    };
}
