using System.Net;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.MtaSts;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// From a configuration to a server that only has to listen. <c>fsp check</c>, <c>fsp serve</c> and a reload all come
/// through here, so what one accepts the others serve. Nothing stops at the first problem.
/// </summary>
internal static class ServerPreparation
{
    private static readonly string[] ApplicationProtocols = ["h2", "http/1.1"];

    /// <summary>Opens and checks everything.</summary>
    /// <param name="loaded">The configuration; problems found here join those in its context.</param>
    /// <param name="signers">Opens the keys. It belongs to the server, or is disposed when there is none.</param>
    /// <param name="scope">What else is looked at.</param>
    /// <param name="cancellationToken">Ends the wait for tokens.</param>
    /// <returns>The server, or null when there is an error among the problems.</returns>
    public static async Task<PreparedServer?> PrepareAsync(
        LoadedConfiguration loaded,
        ISignerSource signers,
        PreparationScope scope,
        CancellationToken cancellationToken)
    {
        var keys = new KeyOwner(signers);
        using var preparing = keys.Lease();
        var (options, context) = loaded;
        // It is what it was at the start; who looks into a running process is not asked.
        if (scope.Previous is null)
            HostileEnvironment.Find().ForEach(context.Report);
        RequireOpenSsl(context);
        if (options is null)
            return null;
        var stamps = FileStamp.Of(options.Files);
        if (scope is { Previous: not null, Hardening.IsSandboxed: true })
            OutOfReach.Report(options.Files, context);

        // Mail alone needs no routes.
        var routes = scope.HasRoutes && (options.Listeners.Any(listener => listener.ServesHttp) || options.ReverseProxy.Exists())
            ? await RouteTableReader.ReadAsync(options.ReverseProxy, options.Backends, context)
            : RouteTable.Empty;
        scope.Sockets?.Bind(options.Listeners, context);
        // Its socket stays as it is as long as the process lives.
        if (scope.Previous is null && options.Admin?.Address is IPEndPoint admin)
            scope.Sockets?.Probe("Admin:Address", admin, context);
        LookForChallengeFolders(options.Listeners, context);
        var policies = MtaStsPolicies.Load(options.MtaSts, context);
        var certificates = await CertificatePreparation.PrepareAsync(
            options.Certificates, signers, scope.Previous, context, cancellationToken);
        var clients = ClientCertificatePreparation.Prepare(options.Listeners, context);
        var relays = RelayPreparation.Prepare(options.Listeners, certificates, scope.Previous, context);
        if (context.HasErrors)
            return null;

        var server = new PreparedServer
        {
            Options = options,
            Certificates = certificates,
            Listeners = PrepareListeners(options, certificates, clients, relays, keys, scope.Previous),
            Routes = routes,
            MtaSts = policies,
            Keys = keys.Lease(),
            Stamps = stamps,
        };
        LookForPolicyHosts(server, context);
        return server;
    }

    private static List<PreparedListener> PrepareListeners(
        ProxyOptions options,
        IReadOnlyList<PreparedCertificate> certificates,
        Dictionary<string, ClientCertificatePolicy> clients,
        Dictionary<string, RelayTarget> relays,
        KeyOwner keys,
        PreparedServer? previous)
    {
        var servers = new List<TlsServer>(previous?.TlsServers ?? []);
        var listeners = new List<PreparedListener>();
        foreach (var listener in options.Listeners)
        {
            if (listener.Redirect is not null)
            {
                listeners.Add(new PreparedListener(listener, null, null));
                continue;
            }

            TlsCertificate[] chosen = [.. listener.Certificates
                .Select(name => certificates.First(certificate => certificate.Options.Name == name).Certificate)];
            var asked = clients.GetValueOrDefault(listener.Name);
            // One that is served already goes on: its clients come back with its tickets.
            var protocols = listener.Relay?.ApplicationProtocols ?? ApplicationProtocols;
            var challenges = listener.AcmeChallengeFolder is { } folder ? new AlpnChallengeFolder(folder) : null;
            var tls = servers.Find(server => server.IsMadeOf(options.Tls, chosen, protocols, asked, challenges));
            if (tls is null)
                servers.Add(tls = TlsServer.Create(options.Tls, chosen, protocols, asked, keys.Lease(), challenges));
            listeners.Add(new PreparedListener(listener, tls, relays.GetValueOrDefault(listener.Name)));
        }
        return listeners;
    }

    private static void LookForChallengeFolders(IReadOnlyList<ListenerOptions> listeners, ConfigurationContext context)
    {
        foreach (var listener in listeners)
        {
            // Some ACME clients make it for each challenge and remove it afterwards.
            if (listener.AcmeChallengeFolder is { } folder && !Directory.Exists(folder))
            {
                context.Report(new ConfigurationProblem($"Listeners:{listener.Name}:AcmeChallengeFolder",
                    $"there is no folder {folder}", "Create it, or see to it that the ACME client does.")
                {
                    Severity = ConfigurationProblemSeverity.Warning,
                });
            }
        }
    }

    private static void LookForPolicyHosts(PreparedServer server, ConfigurationContext context)
    {
        var https = server.Listeners.Where(listener => listener.Options.ServesHttp).ToList();
        foreach (var policy in server.Options.MtaSts.Where(policy => !https.Exists(listener => listener.Tls!.IsNamed(policy.Host))))
        {
            context.Report(new ConfigurationProblem(policy.Path,
                $"no certificate of an http listener is for {policy.Host}, so no mail server can fetch the policy",
                $"Request one with that name (fsp csr --dns {policy.Host}), and let an http listener have it.")
            {
                Severity = ConfigurationProblemSeverity.Warning,
            });
        }
    }

    private static void RequireOpenSsl(ConfigurationContext context)
    {
        if (OpenSslLibrary.NotSupportedReason is { } reason)
        {
            context.Report(new ConfigurationProblem("", reason.TrimEnd('.'),
                "Install OpenSSL 3.0 or newer (Debian and Ubuntu: apt install openssl).") { MayPass = true });
        }
    }
}

/// <summary>What a preparation looks at besides certificates and tokens.</summary>
/// <param name="HasRoutes">Whether the routes are read; without them there is no proxying.</param>
/// <param name="Sockets">Where the listeners' sockets are opened; null not to open any.</param>
internal sealed record PreparationScope(bool HasRoutes, ListeningSockets? Sockets)
{
    /// <summary>What is served now: what did not change is taken over from it. Null at the start.</summary>
    public PreparedServer? Previous { get; init; }

    /// <summary>How this process is restricted; null for one that does not serve for long.</summary>
    public HardeningState? Hardening { get; init; }
}
