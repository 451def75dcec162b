using System.Buffers.Binary;
using ForwardSecretProxy.Hardening.Limits;
using static ForwardSecretProxy.Hardening.Interop.LibC;

namespace ForwardSecretProxy.Hardening.Landlock;

/// <summary>Restricts the calling thread, what it starts and what it executes, for good (landlock(7)).</summary>
public static unsafe class LandlockDomain
{
    /// <summary>LANDLOCK_RULE_PATH_BENEATH.</summary>
    private const int PathBeneath = 1;

    /// <summary>LANDLOCK_SCOPE_SIGNAL.</summary>
    private const ulong SignalScope = 2;

    /// <summary><c>struct landlock_path_beneath_attr</c>, which is packed: the access, and a descriptor.</summary>
    private const int PathBeneathSize = sizeof(ulong) + sizeof(int);

    /// <summary>
    /// Only what <paramref name="rules"/> give is left, as far as this kernel can take the rest away; and no signal reaches
    /// a process outside. The other threads of the process are not restricted: execute something.
    /// </summary>
    /// <exception cref="HardeningException">The kernel refuses; nothing is restricted then.</exception>
    public static void Enter(LandlockRules rules, LandlockSupport support)
    {
        if (support.Version < 1)
            throw new HardeningException(support.Reason!);

        ProcessLimits.ForbidNewPrivileges();
        var ruleset = Create(support);
        try
        {
            foreach (var rule in rules.All)
                Add(ruleset, rule, support.Handled);
            if (syscall(LandlockCalls.RestrictSelf, ruleset, 0, 0, 0, 0, 0) != 0)
                throw HardeningException.FromLastError("landlock_restrict_self");
        }
        finally
        {
            _ = close(ruleset);
        }
    }

    private static int Create(LandlockSupport support)
    {
        // The network's ports stay free: a reload may name any, and so may a service's DNS entry.
        var attribute = stackalloc ulong[3];
        attribute[0] = (ulong)support.Handled;
        attribute[1] = 0;
        attribute[2] = support.HasSignalScope ? SignalScope : 0;
        var ruleset = syscall(LandlockCalls.CreateRuleset, (nint)attribute, support.AttributeSize, 0, 0, 0, 0);
        return ruleset >= 0 ? (int)ruleset : throw HardeningException.FromLastError("landlock_create_ruleset");
    }

    private static void Add(int ruleset, LandlockRule rule, LandlockAccess handled)
    {
        var fd = open(rule.Path, O_PATH | O_CLOEXEC);
        // Not there, or not to be reached by this user: nothing to give.
        if (fd < 0)
            return;
        try
        {
            // Only a folder can have the rights that are about what is in it.
            var access = rule.Access & handled & (Directory.Exists(rule.Path) ? handled : LandlockAccess.OnFile);
            if (access == LandlockAccess.None)
                return;
            var attribute = stackalloc byte[PathBeneathSize];
            BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(attribute, sizeof(ulong)), (ulong)access);
            BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(attribute + sizeof(ulong), sizeof(int)), fd);
            if (syscall(LandlockCalls.AddRule, ruleset, PathBeneath, (nint)attribute, 0, 0, 0) != 0)
                throw HardeningException.FromLastError($"landlock_add_rule for {rule.Path}");
        }
        finally
        {
            _ = close(fd);
        }
    }
}

/// <summary>The numbers of its system calls, which are the same on every architecture.</summary>
internal static class LandlockCalls
{
    internal const nint CreateRuleset = 444;
    internal const nint AddRule = 445;
    internal const nint RestrictSelf = 446;
}
