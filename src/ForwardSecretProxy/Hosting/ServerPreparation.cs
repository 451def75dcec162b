using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// From a configuration to a server that only has to listen. <c>fsp check</c> and <c>fsp serve</c> both come through
/// here, so what one accepts the other starts. Nothing stops at the first problem.
/// </summary>
internal static class ServerPreparation
{
    private const string KeyLogVariable = "SSLKEYLOGFILE";
    private static readonly string[] ApplicationProtocols = ["h2", "http/1.1"];

    /// <summary>Opens and checks everything.</summary>
    /// <param name="loaded">The configuration; problems found here join those in its context.</param>
    /// <param name="signers">Opens the keys; it must outlive the server.</param>
    /// <param name="scope">What is left out.</param>
    /// <param name="cancellationToken">Ends the wait for tokens.</param>
    /// <returns>The server, or null when there is an error among the problems.</returns>
    public static async Task<PreparedServer?> PrepareAsync(
        LoadedConfiguration loaded,
        ISignerSource signers,
        PreparationScope scope,
        CancellationToken cancellationToken)
    {
        var (options, context) = loaded;
        RefuseKeyLog(context);
        RequireOpenSsl(context);
        if (options is null)
            return null;

        var routes = scope.HasFlag(PreparationScope.Routes)
            ? await RouteTableReader.ReadAsync(options.ReverseProxy, context)
            : RouteTable.Empty;
        if (scope.HasFlag(PreparationScope.Ports))
            PortProbe.Check(options.Listeners, context);
        var certificates = await CertificatePreparation.PrepareAsync(
            options.Certificates, signers, context, cancellationToken);
        if (context.HasErrors)
            return null;

        return new PreparedServer
        {
            Options = options,
            Certificates = certificates,
            Listeners = PrepareListeners(options, certificates),
            Routes = routes,
        };
    }

    private static List<PreparedListener> PrepareListeners(
        ProxyOptions options, IReadOnlyList<PreparedCertificate> certificates)
    {
        var servers = new Dictionary<string, TlsServer>(StringComparer.Ordinal);
        var listeners = new List<PreparedListener>();
        foreach (var listener in options.Listeners)
        {
            var names = string.Join('\n', listener.Certificates);
            if (!servers.TryGetValue(names, out var tls))
            {
                var chosen = listener.Certificates
                    .Select(name => certificates.First(certificate => certificate.Options.Name == name).Certificate);
                servers[names] = tls = TlsServer.Create(options.Tls, [.. chosen], ApplicationProtocols);
            }
            listeners.Add(new PreparedListener(listener, tls));
        }
        return listeners;
    }

    private static void RequireOpenSsl(ConfigurationContext context)
    {
        if (OpenSslLibrary.NotSupportedReason is { } reason)
        {
            context.Report(new ConfigurationProblem("", reason.TrimEnd('.'),
                "Install OpenSSL 3.0 or newer (Debian and Ubuntu: apt install openssl).") { MayPass = true });
        }
    }

    // Some builds of libssl write every session's keys to the file that this variable names.
    private static void RefuseKeyLog(ConfigurationContext context)
    {
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(KeyLogVariable)))
        {
            context.Report("", $"the environment variable {KeyLogVariable} is set, which asks TLS libraries to write "
                + "down the keys of every session; whoever had that file could read the recorded traffic",
                "Unset it where fsp is started. To look into traffic while debugging, log keys at the client.");
        }
    }
}

/// <summary>What a preparation looks at besides certificates and tokens.</summary>
[Flags]
internal enum PreparationScope
{
    /// <summary>Nothing else.</summary>
    None = 0,

    /// <summary>The routes; without them there is no proxying.</summary>
    Routes = 1,

    /// <summary>Whether the ports are free; they are not while the server runs.</summary>
    Ports = 2,
}
