using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;
using PinBytes = ForwardSecretProxy.Signing.Pins.Pin;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A SoftHSM token of its own label that the test process uses in process. Child processes see it with
/// <see cref="Environment"/>; for tests that only run <c>fsp</c> there is <see cref="ServingToken"/>.
/// </summary>
internal sealed class SoftHsmToken : IDisposable
{
    private static int _last;

    private readonly TemporaryDirectory _directory = new();

    private SoftHsmToken(string label)
    {
        Label = label;
        Pin = RandomNumberGenerator.GetHexString(16, lowercase: true);
        RunLog.AddSecret(Pin, $"user PIN of {label}");
        PinFile = _directory.Write("pin", Pin + "\n");
    }

    /// <summary>The module's path.</summary>
    public static string Module => SoftHsmEnvironment.Module;

    /// <summary>
    /// What a child process needs to see the same tokens. It sees those that were there when it started.
    /// </summary>
    public static IReadOnlyDictionary<string, string?> Environment => SoftHsmEnvironment.Variables;

    /// <summary>The token's label, which no other has.</summary>
    public string Label { get; }

    /// <summary>The user's PIN.</summary>
    public string Pin { get; }

    /// <summary>The file that holds it.</summary>
    public string PinFile { get; }

    /// <summary>What opens it.</summary>
    public TokenOptions Options => new() { Module = Module, Label = Label, Pin = new PinFile(PinFile) };

    /// <summary>Makes a token.</summary>
    public static SoftHsmToken Create()
    {
        var token = new SoftHsmToken($"test-{Interlocked.Increment(ref _last)}");
        using var officerPin = PinBytes.Copy("officer-1234"u8);
        using var userPin = PinBytes.Copy(Encoding.UTF8.GetBytes(token.Pin));
        TokenInitializer.Initialize(Module, token.Label, officerPin, userPin);
        return token;
    }

    /// <summary>Opens it.</summary>
    public Token Open(int sessions = 4) => Token.Open(Options with { Sessions = sessions });

    /// <summary>The URI of a key on it.</summary>
    public Pkcs11Uri Uri(string label) => Pkcs11Uri.For(Label, label);

    /// <summary>
    /// Gives the PIN's file back; the token's own files stay until the process ends, as SoftHSM holds them.
    /// </summary>
    public void Dispose() => _directory.Dispose();
}
