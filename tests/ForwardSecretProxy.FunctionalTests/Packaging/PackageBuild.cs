using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>The package, built twice for this machine with its own script; once in a test run.</summary>
public sealed class PackageBuild : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    internal TemporaryDirectory Directory { get; } = new();

    /// <summary>How reproduce.sh ended.</summary>
    internal ProcessResult Result { get; private set; } = null!;

    /// <summary>The one file.</summary>
    internal string Executable => Assert.Single(Files(), path => Path.GetExtension(path) is not (".deb" or ".json" or ".sha256"));

    /// <summary>The Debian package.</summary>
    internal string Package => Assert.Single(Files(), path => Path.GetExtension(path) == ".deb");

    /// <summary>The bill of materials.</summary>
    internal string BillOfMaterials => Assert.Single(Files(), path => Path.GetExtension(path) == ".json");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var architecture = await ProcessRunner.RunAsync("dpkg", ["--print-architecture"]);
        Result = await ProcessRunner.RunAsync(
            Repository.Path("config/debian/reproduce.sh"),
            [architecture.Output.Trim(), Directory.Path],
            timeout: Patience,
            // Compressing takes longer than all the rest, and is not ours.
            environment: new Dictionary<string, string?> { ["DPKG_DEB_COMPRESSOR_TYPE"] = "none" });
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Directory.Dispose();
        return Task.CompletedTask;
    }

    private string[] Files()
    {
        var first = Directory.File("first");
        Assert.True(System.IO.Directory.Exists(first), Result.Text);
        return System.IO.Directory.GetFiles(first);
    }
}

/// <summary>The tests that look at the built package.</summary>
[CollectionDefinition(Name)]
public sealed class BuiltPackage : ICollectionFixture<PackageBuild>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "A built package";
}
