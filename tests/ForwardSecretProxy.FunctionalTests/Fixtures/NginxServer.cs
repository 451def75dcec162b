namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>An nginx with a directory of its own.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Starts it with what stands in its <c>http</c> block, and waits until it answers.</summary>
    public static async Task<NginxServer> StartAsync(string servers)
    {
        var nginx = new NginxServer();
        var configuration = nginx._directory.Write("nginx.conf", nginx.Configuration(servers));
        nginx._process = ServerProcess.Start("nginx", ["-e", "stderr", "-c", configuration]);
        await nginx._process.WaitForLineAsync(
            line => line.Contains("start worker process", StringComparison.Ordinal));
        return nginx;
    }

    /// <summary>Has it read its configuration, and the files that are named there, again; waits until nobody serves by the old one.</summary>
    public async Task ReloadAsync()
    {
        var before = _process!.Lines.ToHashSet();
        await _process.SignalAsync("HUP");
        await _process.WaitForLineAsync(
            line => line.Contains("exited with code 0", StringComparison.Ordinal) && !before.Contains(line));
    }

    /// <summary>Stops it and returns its exit code.</summary>
    public Task<int> StopAsync() => _process!.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.StopAsync();
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private string Configuration(string servers) => $$"""
        daemon off;
        worker_processes 1;
        pid {{_directory.File("nginx.pid")}};
        error_log stderr notice;
        events { }
        http {
          access_log off;
          client_body_temp_path {{_directory.File("body")}};
          proxy_temp_path {{_directory.File("proxy")}};
          fastcgi_temp_path {{_directory.File("fastcgi")}};
          uwsgi_temp_path {{_directory.File("uwsgi")}};
          scgi_temp_path {{_directory.File("scgi")}};
          {{servers}}
        }
        """;
}
