using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>A proxy that serves with a key of each kind that its token can make, ECDSA and RSA.</summary>
internal sealed class ModuleProxy : IAsyncDisposable
{
    private readonly TestedModule _module;

    private ModuleProxy(TestedModule module) => _module = module;

    /// <summary>The process.</summary>
    public FspProcess Process { get; private set; } = null!;

    /// <summary>What it serves.</summary>
    public ProxyConfiguration Configuration { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public int Port => Configuration.Port;

    /// <summary>The names of its keys, <c>ecdsa</c> and <c>rsa</c> or one of them.</summary>
    public IReadOnlyList<string> Keys { get; private set; } = [];

    /// <summary>Serves with the token's keys, which the first one makes.</summary>
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
    }

    /// <summary>The result, of a command that succeeded.</summary>
    public static ProcessResult Succeeded(ProcessResult result)
    {
        Assert.True(result.ExitCode == 0, result.Text);
        return result;
    }

    private async Task ServeAsync(string signer)
    {
        Keys = await _module.ServedKeysAsync();
        Configuration = _module.NewConfiguration(_module.PinFile, 4, [.. Keys]).With("Signer", signer);
        Process = await _module.ServeAsync(Configuration.WriteTo(_module.Directory), Port);
    }
}
