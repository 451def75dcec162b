using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>What an outsider checks: that the same source gives the same bytes, and what is in them.</summary>
[Collection(BuiltPackage.Name)]
public sealed class PackageBuildTests(PackageBuild build)
{
    [Fact]
    public void Build_TwiceInDifferentPlaces_GivesTheSameBytes()
    {
        Assert.True(build.Result.ExitCode == 0, build.Result.Text);
        Assert.Contains("The two builds are the same.", build.Result.Output, StringComparison.Ordinal);
        foreach (var file in (string[])[build.Executable, build.Package, build.BillOfMaterials])
        {
            var second = PackageBuild.Directory.File(Path.Combine("second", Path.GetFileName(file)));
            Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(second)), file);
        }
    }

    [Fact]
    public void BillOfMaterials_Components_AreTheLockFilesPackagesAndTheRuntime()
    {
        using var bill = JsonDocument.Parse(File.ReadAllBytes(build.BillOfMaterials));
        using var locked = JsonDocument.Parse(
            File.ReadAllBytes(Repository.Path("src/ForwardSecretProxy/packages.lock.json")));
        var named = bill.RootElement.GetProperty("components").EnumerateArray()
            .Select(component => $"{component.GetProperty("name")} {component.GetProperty("version")}")
            .ToHashSet();
        // These two are names for what the runtime has; they bring no file.
        string[] withoutFiles = ["NETStandard.Library", "Microsoft.NETCore.Platforms"];
        var expected = locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            .Where(package => package.Value.GetProperty("type").GetString() != "Project")
            .Where(package => !withoutFiles.Contains(package.Name))
            .Select(package => $"{package.Name} {package.Value.GetProperty("resolved")}")
            .ToList();

        Assert.Equal("CycloneDX", bill.RootElement.GetProperty("bomFormat").GetString());
        Assert.NotEmpty(expected);
        Assert.Empty(expected.Except(named));
        Assert.All(named.Except(expected), name => Assert.Matches(@"^Microsoft\.(NETCore|AspNetCore)\.App\.Runtime\.", name));
        Assert.Equal(2, named.Except(expected).Count());
    }
}
