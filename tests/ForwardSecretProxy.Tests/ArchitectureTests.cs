using System.Reflection;

namespace ForwardSecretProxy.Tests;

public class ArchitectureTests
{
    [Fact]
    public void Signing_References_NeitherOpenSslNorAspNetCore()
    {
        var names = References("ForwardSecretProxy.Signing");

        Assert.DoesNotContain(names, name => name.StartsWith("ForwardSecretProxy", StringComparison.Ordinal)
            || name == "fsp"
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string assembly) =>
        Assembly.Load(assembly).GetReferencedAssemblies().Select(reference => reference.Name!);
}
