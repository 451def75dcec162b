using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>HAProxy as a backend that demands the PROXY protocol, and says what it has read of it; behind it is an echo.</summary>
internal sealed class HaProxyAcceptor : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort.Next();
    private readonly TcpBackend _echo = new();
    private ServerProcess? _process;

    /// <summary>As it stands in the configuration.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Starts it.</summary>
    public async Task StartAsync()
    {
        var file = _directory.Write("haproxy.cfg", string.Create(CultureInfo.InvariantCulture, $"""
            global
              maxconn 64
              log stdout format raw local0
            defaults
              mode tcp
              log global
              timeout connect 10s
              timeout client 30s
              timeout server 30s
            listen acceptor
              bind 127.0.0.1:{_port} accept-proxy
              log-format "seen %[src]:%[src_port] to %[dst]:%[dst_port] for %[fc_pp_authority]"
              server echo {_echo.Address}

            """));
        _process = ServerProcess.Start("haproxy", ["-db", "-f", file]);
        _ = _echo.EchoAsync();
        await FreePort.WaitUntilTakenAsync(_port);
    }

    /// <summary>Waits until it has written this line.</summary>
    public Task WaitForLineAsync(string expected) => _process!.WaitForLineAsync(line => line == expected);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _echo.Dispose();
        _directory.Dispose();
    }
}
