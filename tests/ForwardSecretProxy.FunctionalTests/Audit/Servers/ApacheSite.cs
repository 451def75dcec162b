using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Apache httpd with one site.</summary>
internal sealed class ApacheSite : IAsyncDisposable
{
    private const string Modules = "/usr/lib/apache2/modules";

    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Starts it with further directives.</summary>
    public static async Task<AuditedServer> StartAsync(string directives, params ServerIdentity[] identities)
    {
        var port = FreePort.Next();
        var site = new ApacheSite();
        var configuration = site._directory.Write("apache.conf", site.Configuration(port, directives, identities));
        site._process = ServerProcess.Start("apache2", ["-X", "-f", configuration]);
        // Where it says that it is ready, nobody reads along.
        await FreePort.WaitUntilTakenAsync(port);
        return new AuditedServer(port, site);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _directory.Dispose();
    }

    private string Configuration(int port, string directives, ServerIdentity[] identities) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            LoadModule mpm_event_module {{Modules}}/mod_mpm_event.so
            LoadModule authz_core_module {{Modules}}/mod_authz_core.so
            LoadModule headers_module {{Modules}}/mod_headers.so
            LoadModule socache_shmcb_module {{Modules}}/mod_socache_shmcb.so
            LoadModule ssl_module {{Modules}}/mod_ssl.so
            User nobody
            Group nogroup
            ServerName {{Identities.Host}}
            DocumentRoot {{_directory.Path}}
            DefaultRuntimeDir {{_directory.Path}}
            PidFile {{_directory.File("apache.pid")}}
            ErrorLog {{_directory.File("apache.log")}}
            Listen 127.0.0.1:{{port}}
            SSLEngine on
            {{string.Concat(identities.Select(identity => $"""
                SSLCertificateFile {identity.ChainFile}
                SSLCertificateKeyFile {identity.KeyFile}

                """))}}
            {{directives}}
            """);
}
