using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>The published file, alone.</summary>
[Collection(BuiltPackage.Name)]
public sealed class SingleFileTests(PackageBuild build) : IAsyncLifetime
{
    private ServingToken _token = null!;
    private KestrelBackend _backend = null!;

    private TemporaryDirectory Files { get; } = new();

    public async Task InitializeAsync()
    {
        _token = await ServingToken.CreateAsync();
        _backend = await KestrelBackend.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _backend.DisposeAsync();
        _token.Dispose();
        Files.Dispose();
    }

    [Fact]
    public async Task Serve_EmptyEnvironmentAndNoPlaceToWrite_AnswersAndUnpacksNothing()
    {
        using var authority = new TestAuthority();
        var key = await _token.GenerateKeyAsync("web", "ec-p256");
        var root = Files.Write("root.pem", authority.RootPem);
        var configuration = new ProxyConfiguration($"http://127.0.0.1:{_backend.Http1Port}")
            .WithToken(ServingToken.Module, ServingToken.Label, _token.PinFile)
            .WithCertificate("web", Files.Write("web.pem", authority.Issue(key, ProxyFixture.DefaultName)),
                $"pkcs11:token={ServingToken.Label};object=web");

        // Not even root can write to /proc.
        await using var fsp = ServerProcess.Start("env",
        [
            "--ignore-environment", "--chdir=/proc", $"{SoftHsmConfiguration.Variable}={_token.Environment[SoftHsmConfiguration.Variable]}",
            build.Executable, "serve", "--config", configuration.WriteTo(Files),
        ]);
        await fsp.WaitForLineAsync(line => line.Contains(
            string.Create(CultureInfo.InvariantCulture, $":{configuration.Port}"), StringComparison.Ordinal));
        var answer = await Curl.GetAsync(configuration.Port, "/hello", "--cacert", root);
        var mapped = MappedFiles(fsp.Id);

        Assert.True(answer.ExitCode == 0, answer.Text + string.Join('\n', fsp.Lines));
        Assert.Contains("/hello", answer.Output, StringComparison.Ordinal);
        Assert.Contains(build.Executable, mapped);
        Assert.All(mapped.Where(file => file != build.Executable),
            file => Assert.Matches("^(/usr)?/lib(64)?/|^/memfd:|^/dev/", file));
        Assert.Equal(0, await fsp.StopAsync());
    }

    private static List<string> MappedFiles(int process) =>
        [.. File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/maps"))
            .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "")
            .Where(file => file.Length > 0)
            .Distinct()];
}
