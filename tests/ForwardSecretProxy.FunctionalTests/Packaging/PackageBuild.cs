using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>
/// The package, built twice for this machine with its own script; once in a test run, and beside the tests that come before
/// those that need it.
/// </summary>
public sealed class PackageBuild : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    private static readonly Lazy<Task<ProcessResult>> Building = new(BuildAsync);

    internal static TemporaryDirectory Directory { get; } = new();

    /// <summary>How reproduce.sh ended.</summary>
    internal ProcessResult Result { get; private set; } = null!;

    /// <summary>The one file.</summary>
    internal string Executable => Assert.Single(Files(), path => Path.GetExtension(path) is not (".deb" or ".json" or ".sha256"));

    /// <summary>The Debian package.</summary>
    internal string Package => Assert.Single(Files(), path => Path.GetExtension(path) == ".deb");

    /// <summary>The bill of materials.</summary>
    internal string BillOfMaterials => Assert.Single(Files(), path => Path.GetExtension(path) == ".json");

    /// <summary>Begins, and waits for nothing.</summary>
    internal static void Begin() => _ = Building.Value;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Result = await Building.Value;

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Directory.Dispose();
        return Task.CompletedTask;
    }

    private static async Task<ProcessResult> BuildAsync()
    {
        var architecture = await ProcessRunner.RunAsync("dpkg", ["--print-architecture"]);
        return await ProcessRunner.RunAsync(
            "nice",
            // Behind the tests: the compilers take all they can get.
            ["-n", "5", Repository.Path("config/debian/reproduce.sh"), architecture.Output.Trim(), Directory.Path],
            timeout: Patience,
            // Compressing takes longer than all the rest, and is not ours.
            environment: new Dictionary<string, string?> { ["DPKG_DEB_COMPRESSOR_TYPE"] = "none" });
    }

    private string[] Files()
    {
        var first = Directory.File("first");
        Assert.True(System.IO.Directory.Exists(first), Result.Text);
        return System.IO.Directory.GetFiles(first);
    }
}

/// <summary>
/// The tests that look at the built package. They install it on a system of their own that shares this one's kernel:
/// nothing runs beside them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BuiltPackage : ICollectionFixture<PackageBuild>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "A built package";
}
