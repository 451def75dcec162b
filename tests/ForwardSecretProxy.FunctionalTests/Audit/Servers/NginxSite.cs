using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>nginx with one site, or with another one for <see cref="Identities.OtherHost"/> besides.</summary>
internal static class NginxSite
{
    /// <summary>Starts it with what stands in its <c>server</c> block beside the certificates.</summary>
    public static Task<AuditedServer> StartAsync(string directives, params ServerIdentity[] identities) =>
        StartAsync(directives, identities, other: null);

    /// <summary>The same with another certificate under another name.</summary>
    public static async Task<AuditedServer> StartAsync(string directives, ServerIdentity[] identities, ServerIdentity? other)
    {
        var port = FreePort.Next();
        var sites = Site(port, Identities.Host, directives, identities);
        if (other is not null)
            sites += Site(port, Identities.OtherHost, directives, [other]);
        return new AuditedServer(port, await NginxServer.StartAsync(sites));
    }

    private static string Site(int port, string name, string directives, ServerIdentity[] identities) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            server {
              listen 127.0.0.1:{{port}} ssl http2;
              server_name {{name}};
              {{string.Concat(identities.Select(identity => $"""
                ssl_certificate {identity.ChainFile}; ssl_certificate_key {identity.KeyFile};
                """))}}
              {{directives}}
              location / { return 200 "a page"; }
            }
            """);
}
