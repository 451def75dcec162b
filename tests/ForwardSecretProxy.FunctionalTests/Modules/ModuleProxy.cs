using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>A proxy that serves with a key of each kind that its token can make, ECDSA and RSA.</summary>
internal sealed class ModuleProxy : IAsyncDisposable
{
    private static readonly (string Name, string Type)[] Kinds = [("ecdsa", "ec-p256"), ("rsa", "rsa-2048")];

    private readonly TestedModule _module;
    private readonly List<string> _keys = [];

    private ModuleProxy(TestedModule module) => _module = module;

    /// <summary>The process.</summary>
    public FspProcess Process { get; private set; } = null!;

    /// <summary>What it serves.</summary>
    public ProxyConfiguration Configuration { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public int Port => Configuration.Port;

    /// <summary>The names of its keys, <c>ecdsa</c> and <c>rsa</c> or one of them.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Makes the keys, certifies each by itself, and serves.</summary>
    /// <param name="module">The token's.</param>
    /// <param name="signer">Where it is loaded.</param>
    public static async Task<ModuleProxy> StartAsync(TestedModule module, string signer = "in-process")
    {
        var proxy = new ModuleProxy(module);
        try
        {
            await proxy.ServeAsync(signer);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>One request by openssl, which is answered by a 502: there is nobody behind the proxy.</summary>
    public Task<TlsReport> ConnectAsync(string options = "") => OpenSslClient.RequestAsync(Port, options);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Process is not null)
        {
            await Process.StopAsync();
            await Process.DisposeAsync();
        }

        foreach (var key in _keys)
            Succeeded(await _module.RunOnTokenAsync("key", "destroy", "--key-label", key, "--yes-destroy", key));
    }

    /// <summary>The result, of a command that succeeded.</summary>
    public static ProcessResult Succeeded(ProcessResult result)
    {
        Assert.True(result.ExitCode == 0, result.Text);
        return result;
    }

    private async Task ServeAsync(string signer)
    {
        var able = Kinds.Where(kind => Inability.Find(_module.Name, Abilities.OfKind(kind.Type)) is null).DefaultIfEmpty(Kinds[0]);
        foreach (var (key, type) in able)
        {
            Succeeded(await _module.RunOnTokenAsync("key", "generate", "--key-label", key, "--type", type));
            _keys.Add(key);
            var certificate = Succeeded(await _module.RunOnKeyAsync(key, "cert", "self-sign", "--dns", "localhost"));
            _module.Directory.Write(key + ".pem", certificate.Output);
        }

        Configuration = _module.NewConfiguration(_module.PinFile, 4, [.. _keys]).With("Signer", signer);
        Process = await _module.ServeAsync(Configuration.WriteTo(_module.Directory), Port);
    }
}
