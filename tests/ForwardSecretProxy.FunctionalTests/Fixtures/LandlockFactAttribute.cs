using ForwardSecretProxy.Hardening.Landlock;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A test that needs Landlock with all that is used of it; skipped, and said so, where the kernel has not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LandlockFactAttribute : FactAttribute
{
    private static readonly LandlockSupport Support = LandlockSupport.Query();

    public LandlockFactAttribute()
    {
        if (!Support.HasSignalScope)
            Skip = Support.Reason ?? $"Landlock's version here is {Support.Version}; 6 has all of it.";
    }
}
