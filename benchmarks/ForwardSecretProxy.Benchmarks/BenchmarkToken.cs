using System.Runtime.InteropServices;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>A SoftHSM token with one key on it. Its files go away with the process.</summary>
internal sealed class BenchmarkToken : IDisposable
{
    private const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    private const string KeyLabel = "web";

    private static int _last;

    private readonly string _label = $"benchmark-{Interlocked.Increment(ref _last)}";

    static BenchmarkToken()
    {
        // SoftHSM reads the path once, from the native environment, which .NET's own call does not reach.
        var root = Directory.CreateTempSubdirectory("fsp-benchmark-");
        var tokens = root.CreateSubdirectory("tokens");
        var configuration = Path.Combine(root.FullName, "softhsm2.conf");
        File.WriteAllText(
            configuration,
            $"directories.tokendir = {tokens.FullName}\nobjectstore.backend = file\nlog.level = ERROR\n");
        _ = SetVariable("SOFTHSM2_CONF", configuration, overwrite: 1);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => root.Delete(recursive: true);
    }

    public BenchmarkToken(KeyKind kind, int sessions)
    {
        var pin = new KnownPin();
        using (var officerPin = pin.Read())
        using (var userPin = pin.Read())
            TokenInitializer.Initialize(Module, _label, officerPin, userPin);
        Token = Token.Open(new TokenOptions { Module = Module, Label = _label, Pin = pin, Sessions = sessions });
        new KeyStore(Token).Generate(kind, KeyLabel);
    }

    public Token Token { get; }

    public Pkcs11Uri Key => Pkcs11Uri.For(_label, KeyLabel);

    /// <summary>Passes the key through the gate, as the proxy does.</summary>
    public Task<Pkcs11Signer> OpenSignerAsync() => Token.OpenSignerAsync(Key, null, CancellationToken.None);

    public void Dispose() => Token.Dispose();

    [DllImport(
        "libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetVariable(string name, string value, int overwrite);

    /// <summary>No secret: it guards a key that lives for one benchmark.</summary>
    private sealed class KnownPin : PinSource
    {
        public override string Description => "the benchmark";

        public override Pin Read() => Pin.Copy("benchmark"u8);
    }
}
