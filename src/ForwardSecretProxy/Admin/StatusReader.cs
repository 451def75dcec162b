using System.Diagnostics.CodeAnalysis;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.OpenSsl.Engine;
using System.Text.Json;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Admin;

/// <summary>Puts the status together from what is served, what is measured and whether it is ready.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class StatusReader(
    IServerState server,
    Readiness readiness,
    TokenAnswers answers,
    KeyUseReader uses,
    LiveMetrics metrics,
    History history,
    TimeProvider time)
{
    /// <summary>The status now.</summary>
    public async Task<StatusDocument> ReadAsync(CancellationToken cancellationToken)
    {
        var ready = await readiness.CheckAsync(cancellationToken);
        var current = server.Current;
        var figures = metrics.Read();
        var tokens = await Task.WhenAll(current.Certificates.SelectMany(certificate => certificate.Keys)
            .Select(key => key.Opened).OfType<OpenedKey>().DistinctBy(key => key.TokenLabel).Select(key => DescribeAsync(key, figures)));
        var status = new StatusDocument(
            ProductVersion.Current,
            OpenSslLibrary.Version,
            time.GetUtcNow(),
            server.Started,
            server.IsDraining ? "draining" : ready.Ready ? "ready" : "notReady",
            ready,
            [],
            Describe(current.Options.Tls, current.TlsServers),
            [.. current.Listeners.Select(Describe)],
            [.. current.Certificates.Select(Describe)],
            tokens,
            Load(figures),
            history.Read());
        return status with { Warnings = [.. StatusWarnings.Of(status, server.Problems, server.Refused)] };
    }

    private static StatusPolicy Describe(TlsPolicy policy, IEnumerable<TlsServer> servers) => new(
        policy.MinimumVersion == TlsVersion.Tls13 ? ["1.3"] : ["1.3", "1.2"],
        servers.FirstOrDefault()?.Groups ?? [],
        policy.Resumption.Enabled);

    private static StatusListener Describe(PreparedListener listener) => new(
        listener.Options.Name,
        listener.Options.Address.ToString(),
        listener.Options.ProtocolName,
        listener.Options.Certificates,
        [.. (listener.Relay?.Backends ?? []).Select(backend =>
            new StatusBackend(backend.Address.ToString(), !backend.IsFailing, backend.Connections))]);

    private StatusCertificate Describe(PreparedCertificate certificate)
    {
        var (name, key) = (certificate.Options.Name, certificate.Key);
        return new StatusCertificate(
            name,
            certificate.Certificate.DnsNames,
            certificate.FirstToExpire.NotBefore,
            certificate.FirstToExpire.NotAfter,
            Math.Round((certificate.FirstToExpire.NotAfter - time.GetUtcNow()).TotalDays, 2),
            certificate.KeyAlgorithm,
            key.Gate.Key,
            key.TokenLabel,
            [.. key.Gate.Schemes.Select(scheme => scheme.Name())],
            answers.Last.FirstOrDefault(answer => answer.Certificate == name)?.Problem,
            key.Gate.Passed,
            [.. key.Gate.Findings.Select(finding =>
                new StatusFinding(finding.Check, finding.Wanted, finding.Found, finding.Passed))])
        {
            Keys = certificate.Choice is null ? [] : [.. certificate.Chains.SelectMany(chain => chain.Keys.Select(each => Describe(certificate, chain, each)))],
            FailOvers = certificate.Choice?.FailOvers ?? 0,
        };
    }

    private static StatusKey Describe(PreparedCertificate certificate, PreparedChain chain, PreparedKey key) => new(
        key.Role,
        key.Opened?.Gate.Key ?? (Pkcs11Uri.TryParse(key.Options.Key, out var uri, out _) ? uri.ToString() : ""),
        key.Opened?.TokenLabel ?? "",
        JsonNamingPolicy.CamelCase.ConvertName(key.StateIn(certificate).ToString()),
        key.Opened is null ? "its token was not there when it was last looked for" : key.Watched?.Health.Problem,
        chain.FirstToExpire?.NotAfter);

    private async Task<StatusToken> DescribeAsync(OpenedKey key, LiveFigures figures) => new(
        key.TokenLabel,
        key.TokenModel,
        figures["fsp.signing.sessions.open", key.TokenLabel],
        figures["fsp.signing.sessions.in_use", key.TokenLabel],
        figures["fsp.signing.sessions.limit", key.TokenLabel],
        figures["fsp.signing.queue.length", key.TokenLabel])
    {
        Keys = key.Token is { } token ? await uses.ReadAsync(token) : [],
    };

    private static StatusLoad Load(LiveFigures figures) => new(
        figures["fsp.connections.open"],
        figures["fsp.connections.limit"],
        figures["fsp.connections.accepted"],
        figures["fsp.connections.turned_away"],
        figures["fsp.tls.handshakes.running"],
        figures["fsp.tls.handshakes.queued"],
        figures["fsp.http.requests.active"],
        figures["fsp.tls.signatures.refused"]);
}
