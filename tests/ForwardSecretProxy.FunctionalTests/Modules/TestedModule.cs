using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>
/// A PKCS#11 module with one token in a folder of its own, of which the machine's own programs see nothing. Only <c>fsp</c>
/// loads it, as a process: some modules leave threads, exit handlers or shared memory behind.
/// </summary>
public abstract class TestedModule : IAsyncLifetime
{
    /// <summary>The token's label.</summary>
    public const string Label = "fsp";

    // As opencryptoki's software token wants them: it takes eight bytes at most.
    private const string Pin = "user4711";
    private const string WrongPin = "user4712";

    private static readonly (string Name, string Type)[] Kinds = [("ecdsa", "ec-p256"), ("rsa", "rsa-2048")];

    private IReadOnlyList<string>? _servedKeys;

    /// <summary>The module's name, as in docs/tokens.md.</summary>
    public abstract string Name { get; }

    /// <summary>What came of <c>fsp token init</c>.</summary>
    internal ProcessResult Initialization { get; private set; } = null!;

    internal TemporaryDirectory Directory { get; } = new();

    internal string PinFile { get; private set; } = "";

    internal string WrongPinFile { get; private set; } = "";

    /// <summary>The library.</summary>
    protected abstract string Library { get; }

    /// <summary>What it is started with.</summary>
    protected virtual string? Arguments => null;

    /// <summary>What a process needs in its environment to find the token.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?>();

    /// <summary>The program, with its arguments, that <c>fsp</c> is run by; none for itself.</summary>
    protected virtual IReadOnlyList<string> RunBy => [];

    /// <summary>The security officer's PIN that the token is initialised with.</summary>
    protected virtual string OfficerPin => "officer1";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        RunLog.AddSecret(Pin, $"user PIN of {Name}");
        PinFile = Directory.Write("pin", Pin);
        WrongPinFile = Directory.Write("wrong-pin", WrongPin);
        var officerPinFile = Directory.Write("so-pin", OfficerPin);
        await StartAsync();
        Initialization = await RunAsync(
            "token", "init", "--label", Label, "--so-pin-file", officerPinFile, "--pin-file", PinFile);
        await InitializedAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await StopAsync();
        await EndAsync();
        Directory.Dispose();
    }

    /// <summary>Starts what the module needs besides the process that loads it.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>Ends it, without a word to the module.</summary>
    public virtual Task StopAsync() => Task.CompletedTask;

    /// <summary>Gives back what outlives a stop.</summary>
    protected virtual Task EndAsync() => Task.CompletedTask;

    /// <summary>Does what <c>fsp token init</c> could not.</summary>
    protected virtual Task InitializedAsync() => Task.CompletedTask;

    /// <summary>Runs a command that needs no PIN, or brings its own.</summary>
    internal Task<ProcessResult> RunAsync(params string[] command) =>
        FspProcess.RunAsync([.. command, .. ModuleOptions()], environment: Environment, runBy: RunBy);

    /// <summary>Runs a command on the token.</summary>
    internal Task<ProcessResult> RunOnTokenAsync(params string[] command) =>
        RunAsync([.. command, "--label", Label, "--pin-file", PinFile]);

    /// <summary>Runs a command on a key.</summary>
    internal Task<ProcessResult> RunOnKeyAsync(string key, params string[] command) =>
        RunAsync([.. command, "--key", Uri(key), "--pin-file", PinFile]);

    /// <summary>Runs a command on a configuration.</summary>
    internal Task<ProcessResult> RunOnConfigurationAsync(string path, params string[] command) =>
        FspProcess.RunAsync([.. command, "--config", path], environment: Environment, runBy: RunBy);

    /// <summary>Serves a configuration.</summary>
    internal async Task<FspProcess> ServeAsync(string path, int port)
    {
        var fsp = FspProcess.Start(["serve", "--config", path], Environment, RunBy);
        await fsp.WaitUntilListeningAsync(port);
        return fsp;
    }

    /// <summary>
    /// The names of the keys that are served, one of each kind that the token can make. The first time it makes them, and has
    /// each certify itself.
    /// </summary>
    internal async Task<IReadOnlyList<string>> ServedKeysAsync() => _servedKeys ??= await MakeKeysAsync();

    /// <summary>A configuration with the token and a certificate for each key, which is in the file of the key's name.</summary>
    internal ProxyConfiguration NewConfiguration(string pinFile, int sessions, params string[] keys)
    {
        var configuration = new ProxyConfiguration("http://127.0.0.1:9").WithToken(Library, Label, pinFile, sessions);
        if (Arguments is { } arguments)
            configuration.With("Tokens:main:ModuleArguments", JsonValue.Create(arguments));
        foreach (var key in keys)
            configuration.WithCertificate(key, Directory.File(key + ".pem"), Uri(key));
        return configuration;
    }

    /// <summary>A library's path, whatever the processor.</summary>
    protected static string FindLibrary(string name) =>
        Array.Find([$"/usr/lib/x86_64-linux-gnu/{name}", $"/usr/lib/aarch64-linux-gnu/{name}"], File.Exists)
            ?? throw new InvalidOperationException($"There is no {name}: see the packages in tests/run.sh.");

    private async Task<IReadOnlyList<string>> MakeKeysAsync()
    {
        var keys = new List<string>();
        foreach (var (key, type) in Kinds.Where(kind => Inability.Find(Name, Abilities.OfKind(kind.Type)) is null).DefaultIfEmpty(Kinds[0]))
        {
            ModuleProxy.Succeeded(await RunOnTokenAsync("key", "generate", "--key-label", key, "--type", type));
            var certificate = ModuleProxy.Succeeded(await RunOnKeyAsync(key, "cert", "self-sign", "--dns", "localhost"));
            Directory.Write(key + ".pem", certificate.Output);
            keys.Add(key);
        }

        return keys;
    }

    private static string Uri(string key) => $"pkcs11:token={Label};object={key}";

    private string[] ModuleOptions() => Arguments is { } arguments
        ? ["--module", Library, "--module-arguments", arguments]
        : ["--module", Library];
}
