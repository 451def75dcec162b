namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A test that needs X25519MLKEM768, which OpenSSL has from 3.5 on; skipped, and said so, where it has not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HybridGroupFactAttribute : FactAttribute
{
    private static readonly Lazy<Version> OpenSslVersion = new(() =>
    {
        var words = ProcessRunner.RunAsync("openssl", ["version"]).GetAwaiter().GetResult().Output.Split(' ');
        return Version.Parse(words[1]);
    });

    public HybridGroupFactAttribute()
    {
        if (OpenSslVersion.Value < new Version(3, 5))
            Skip = $"OpenSSL {OpenSslVersion.Value} has no X25519MLKEM768; 3.5 has.";
    }
}
