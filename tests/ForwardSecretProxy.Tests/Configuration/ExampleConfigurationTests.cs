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
        var json = File.ReadAllBytes(Path.Combine(Folder(), name));

        var loaded = ConfigurationLoader.Load(json, Folder(), new Hashtable());

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
        Directory.EnumerateFiles(Folder(), "*.jsonc", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder(), file));

    private static string Folder()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "ForwardSecretProxy.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("The tests run outside the source tree.");
        return Path.Combine(directory.FullName, "config");
    }
}
