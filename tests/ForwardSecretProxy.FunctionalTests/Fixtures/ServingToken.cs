using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A SoftHSM token of one test fixture, made and filled with the proxy's own commands.</summary>
internal sealed class ServingToken : IDisposable
{
    /// <summary>The module every test uses.</summary>
    public const string Module = "/usr/lib/softhsm/libsofthsm2.so";

    /// <summary>The token's label.</summary>
    public const string Label = "fsp";

    private readonly TemporaryDirectory _directory = new();

    private ServingToken()
    {
        SoftHsmConfiguration.WriteTo(_directory);
        Pin = NewPin("user PIN");
        PinFile = _directory.Write("pin", Pin + "\n");
        SecurityOfficerPinFile = _directory.Write("so-pin", NewPin("security officer's PIN") + "\n");
    }

    /// <summary>What a process needs in its environment to see this token and no other.</summary>
    public IReadOnlyDictionary<string, string?> Environment => SoftHsmConfiguration.EnvironmentOf(_directory);

    /// <summary>The token's files.</summary>
    public string TokenDirectory => SoftHsmConfiguration.TokensIn(_directory);

    /// <summary>The user's PIN.</summary>
    public string Pin { get; }

    /// <summary>The file that holds it.</summary>
    public string PinFile { get; }

    private string SecurityOfficerPinFile { get; }

    /// <summary>Initialises the token.</summary>
    public static async Task<ServingToken> CreateAsync()
    {
        var token = new ServingToken();
        await token.RunAsync(Label, "token", "init", "--so-pin-file", token.SecurityOfficerPinFile);
        return token;
    }

    /// <summary>Makes another token beside it, with the same PIN.</summary>
    public Task AddTokenAsync(string label) => RunAsync(label, "token", "init", "--so-pin-file", SecurityOfficerPinFile);

    /// <summary>Generates a key and returns its public half, a DER SubjectPublicKeyInfo.</summary>
    public async Task<byte[]> GenerateKeyAsync(string label, string type, string token = Label)
    {
        var pem = await RunAsync(token, "key", "generate", "--key-label", label, "--type", type);
        var found = PemEncoding.Find(pem);
        return Convert.FromBase64String(pem[found.Base64Data]);
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private async Task<string> RunAsync(string label, params string[] command)
    {
        var result = await FspProcess.RunAsync(
            [.. command, "--module", Module, "--label", label, "--pin-file", PinFile], environment: Environment);
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output;
    }

    private static string NewPin(string meaning)
    {
        var pin = RandomNumberGenerator.GetHexString(16, lowercase: true);
        RunLog.AddSecret(pin, meaning);
        return pin;
    }
}
