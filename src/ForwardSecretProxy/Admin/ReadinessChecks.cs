using System.Diagnostics.CodeAnalysis;
using ForwardSecretProxy.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ForwardSecretProxy.Admin;

/// <summary>Every listener is bound.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class ListenersCheck(IServerState server) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(server.IsListening
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("the listeners are not bound yet"));
}

/// <summary>New connections are taken.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class DrainCheck(IServerState server) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(server.IsDraining
            ? HealthCheckResult.Unhealthy("the server stops: it takes no new connections")
            : HealthCheckResult.Healthy());
}

/// <summary>The token of each certificate's key signs, or that of a spare.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class TokensCheck(IServerState server, SigningProbe probe, TokenAnswers answers) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = await Task.WhenAll(server.Current.Certificates.Select(AskAsync));
        answers.Last = found;
        var messages = found.Where(answer => answer.Problem is not null)
            .Select(answer => $"the token \"{answer.Token}\" does not sign for certificate {answer.Certificate}: "
                + answer.Problem)
            .ToList();
        return messages.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(string.Join("; ", messages));
    }

    // What clients get now, and only if that fails what stands in for it.
    private async Task<TokenAnswer> AskAsync(PreparedCertificate certificate)
    {
        TokenAnswer? first = null;
        foreach (var chain in certificate.Served.OrderBy(chain => chain == certificate.InUse ? 0 : 1))
        {
            var tokens = string.Join(", ", chain.Opened.Select(key => key.TokenLabel));
            var answer = new TokenAnswer(certificate.Options.Name, tokens, await probe.AskAsync(chain.Certificate!.Signer));
            if (answer.Problem is null)
                return answer;
            first ??= answer;
        }

        return first!;
    }
}

/// <summary>What <see cref="TokensCheck"/> found last.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class TokenAnswers
{
    private volatile IReadOnlyList<TokenAnswer> _last = [];

    /// <summary>One for each certificate; empty before anybody asked.</summary>
    public IReadOnlyList<TokenAnswer> Last
    {
        get => _last;
        set => _last = value;
    }
}

/// <summary>Whether a certificate's key signs.</summary>
/// <param name="Certificate">The certificate's name.</param>
/// <param name="Token">The token's label; several where the same key is on several.</param>
/// <param name="Problem">Null when it does.</param>
internal sealed record TokenAnswer(string Certificate, string Token, string? Problem);
