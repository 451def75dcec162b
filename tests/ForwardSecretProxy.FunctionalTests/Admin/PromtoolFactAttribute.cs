using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>A test that needs promtool, which comes with Prometheus.</summary>
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (ProcessRunner.Find("promtool") is null)
            Skip = "promtool is not installed.";
    }
}
