using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>stunnel in front of a program that answers a request with a page.</summary>
internal sealed class StunnelService : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Starts it with further options of the service, each a line.</summary>
    public static async Task<AuditedServer> StartAsync(string options, ServerIdentity identity)
    {
        var port = FreePort.Next();
        var service = new StunnelService();
        var configuration = service._directory.Write("stunnel.conf", string.Create(CultureInfo.InvariantCulture, $"""
            foreground = yes
            syslog = no
            pid =
            [audited]
            accept = 127.0.0.1:{port}
            exec = /bin/sh
            execArgs = sh {service.WriteProgram()}
            cert = {identity.ChainFile}
            key = {identity.KeyFile}
            {options}

            """));
        service._process = ServerProcess.Start("stunnel", [configuration]);
        await FreePort.WaitUntilTakenAsync(port);
        return new AuditedServer(port, service);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _directory.Dispose();
    }

    private string WriteProgram() => _directory.Write("answer.sh", """
        read -r request
        printf 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\na page'
        """);
}
