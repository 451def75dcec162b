using System.Collections;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

public class ExampleConfigurationTests
{
    public static TheoryData<string> Examples => [.. Names()];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Load_Example_HasNoProblem(string name)
    {
        var json = File.ReadAllBytes(Path.Combine(Repository.PathOf("config"), name));

        var loaded = ConfigurationLoader.Load(json, Repository.PathOf("config"), new Hashtable());

        Assert.Empty(loaded.Context.Problems);
        Assert.NotEmpty(loaded.Options!.Listeners);
    }

    [Fact]
    public void Examples_AreThere()
    {
        Assert.Contains("web.jsonc", Names());
        Assert.Contains("debian/fsp.jsonc", Names());
    }

    private static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Repository.PathOf("config"), "*.jsonc", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.PathOf("config"), file));
}
