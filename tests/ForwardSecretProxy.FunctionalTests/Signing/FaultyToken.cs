using System.Diagnostics;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;
using Pkcs11Uri = ForwardSecretProxy.Signing.Keys.Pkcs11Uri;

namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>A token with one key, used in this process through the module that fails on demand.</summary>
internal sealed class FaultyToken : IDisposable
{
    /// <summary>How long a call may take here.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromMilliseconds(600);

    private static readonly Lazy<FaultControl> InThisProcess = new(() =>
    {
        var directory = new TemporaryDirectory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => directory.Dispose();
        var control = new FaultControl(directory.File("control"));
        SoftHsmEnvironment.SetNative("FAULTP11_CONTROL", control.Path);
        return control;
    });

    private readonly SoftHsmToken _hsm = SoftHsmToken.Create();

    private FaultyToken(string module) => Module = module;

    /// <summary>Steers the module.</summary>
    public static FaultControl Faults => InThisProcess.Value;

    /// <summary>The module's path.</summary>
    public string Module { get; }

    /// <summary>The file that holds the PIN.</summary>
    public string PinFile => _hsm.PinFile;

    /// <summary>What opens the token.</summary>
    public TokenOptions Options =>
        _hsm.Options with { Module = Module, Sessions = 4, CallTimeout = CallTimeout, QueueTimeout = TimeSpan.FromSeconds(20) };

    /// <summary>The key's URI.</summary>
    public Pkcs11Uri Uri => _hsm.Uri("web");

    /// <summary>Makes the token and its key.</summary>
    public static async Task<FaultyToken> CreateAsync(KeyKind kind = KeyKind.EcP256)
    {
        _ = Faults;
        var token = new FaultyToken(await FaultModule.PathAsync());
        using var open = Token.Open(token.Options);
        new KeyStore(open).Generate(kind, "web");
        return token;
    }

    /// <summary>Opens the token and the key.</summary>
    public async Task<(Token Token, Pkcs11Signer Signer)> OpenAsync(Func<TokenOptions, TokenOptions>? change = null)
    {
        var token = Token.Open(change?.Invoke(Options) ?? Options);
        try
        {
            return (token, await token.OpenSignerAsync(Uri, null, default));
        }
        catch
        {
            token.Dispose();
            throw;
        }
    }

    /// <summary>Makes one signature, which has to verify; the time it took.</summary>
    public static async Task<TimeSpan> SignAsync(Pkcs11Signer signer)
    {
        var started = Stopwatch.GetTimestamp();
        Assert.True(await signer.SignsRightlyAsync());
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Makes signatures until one comes, in bounded time; what the others were refused for.</summary>
    public static async Task<IReadOnlyList<SigningException>> SignAtLastAsync(Pkcs11Signer signer, TimeSpan limit)
    {
        var failures = new List<SigningException>();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await SignAsync(signer);
                return failures;
            }
            catch (SigningException failure) when (Stopwatch.GetElapsedTime(started) < limit)
            {
                failures.Add(failure);
                await Task.Delay(20);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hsm.Dispose();
}
