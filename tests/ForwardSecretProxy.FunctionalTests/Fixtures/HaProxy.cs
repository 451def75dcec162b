using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>HAProxy as a load balancer that knows no TLS, with one port for each way to say who the client is.</summary>
internal sealed class HaProxy : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Where each way is reached, by the server options that make it.</summary>
    public static readonly string[] Ways = ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"];

    private readonly Dictionary<string, int> _ports = Ways.ToDictionary(way => way, _ => FreePort.Next());

    /// <summary>The port of one of <see cref="Ways"/>.</summary>
    public int this[string way] => _ports[way];

    /// <summary>Starts it in front of a port.</summary>
    public static async Task<HaProxy> StartAsync(int port)
    {
        var balancer = new HaProxy();
        var file = balancer._directory.Write("haproxy.cfg", balancer.Configuration(port));
        balancer._process = ServerProcess.Start("haproxy", ["-db", "-f", file]);
        // It says nothing when it is ready.
        foreach (var each in balancer._ports.Values) await FreePort.WaitUntilTakenAsync(each);
        return balancer;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _directory.Dispose();
    }

    private string Configuration(int port) => """
        global
          maxconn 64
        defaults
          mode tcp
          timeout connect 10s
          timeout client 30s
          timeout server 30s

        """ + string.Concat(_ports.Select((way, index) => string.Create(CultureInfo.InvariantCulture, $"""
        listen way{index}
          bind 127.0.0.1:{way.Value}
          unique-id-format %ci
          server fsp 127.0.0.1:{port} {way.Key}

        """)));
}
