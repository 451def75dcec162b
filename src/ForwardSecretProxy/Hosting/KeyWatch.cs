using System.Runtime.CompilerServices;
using ForwardSecretProxy.Admin;
using ForwardSecretProxy.Signing.Redundancy;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Keeps an eye on the keys of certificates that have several: has their choice made anew, has them sign now and then so
/// that a dead spare is known before it is needed, and takes those into use that were not there.
/// </summary>
/// <param name="current">What is served.</param>
/// <param name="open">Whether a key that was not there can be opened now.</param>
/// <param name="renew">Has everything opened anew.</param>
/// <param name="logger">Where it is said.</param>
internal sealed class KeyWatch(
    Func<PreparedServer> current, Func<PreparedChain, PreparedKey, Task<bool>> open, Func<Task> renew, ILogger logger)
{
    /// <summary>How often the choice is made: a part of a second, which is what a failing token may cost.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a key that signs is made to: often enough to know, and nothing to a token.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(30);

    /// <summary>The same for one that does not, and for one that is not there.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly SigningProbe _probe = new(TimeProvider.System);
    private readonly ConditionalWeakTable<WatchedSigner, Probing> _probing = [];
    private readonly ConditionalWeakTable<KeyChoice, StrongBox<int>> _said = [];
    private DateTimeOffset _nextLook = DateTimeOffset.UtcNow + RetryInterval;
    private Task _looking = Task.CompletedTask;

    /// <summary>Watches until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Step);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var certificates = current().Certificates.Where(certificate => certificate.Choice is not null).ToList();
                certificates.ForEach(Check);
                LookForAbsent(certificates);
            }
        }
        catch (OperationCanceledException)
        {
            // The stop.
        }
    }

    private void Check(PreparedCertificate certificate)
    {
        certificate.Choice!.Check();
        SayWhatIsInUse(certificate);
        foreach (var key in certificate.Keys)
        {
            if (key.Watched is not { } signer) continue;
            var probing = _probing.GetOrCreateValue(signer);
            SayWhetherItSigns(certificate, key, probing);
            if (probing.Task.IsCompleted && (DateTimeOffset.UtcNow >= probing.Next || signer.Health.WantsProbe))
                probing.Task = ProbeAsync(signer, probing);
        }
    }

    private async Task ProbeAsync(WatchedSigner signer, Probing probing)
    {
        var health = signer.Health;
        var (signed, wanted) = (health.SignatureCount, health.WantsProbe);
        health.ProbeBegun();
        var problem = await _probe.AskAsync(signer);
        // One that signs for clients meanwhile is busy, and not broken.
        if (problem is not null && health.SignatureCount == signed) health.Suspect(problem);
        // What was wanted may have been answered with what is some seconds old.
        probing.Next = DateTimeOffset.UtcNow + (health.IsAvailable && !wanted ? ProbeInterval : RetryInterval);
    }

    private void SayWhatIsInUse(PreparedCertificate certificate)
    {
        var said = _said.GetValue(certificate.Choice!, _ => new StrongBox<int>(0));
        var now = certificate.Choice!.Current;
        if (said.Value == now) return;
        var (chain, before) = (certificate.Served[now], certificate.Served[said.Value]);
        if (now > said.Value || !certificate.Choice.Keys[said.Value].IsAvailable)
        {
            var reason = before.Keys.Select(key => key.Watched?.Health.Problem).FirstOrDefault(problem => problem is not null);
            KeyLog.FailedOver(logger, certificate.Options.Name, chain.Role, Tokens(chain), before.Role, reason ?? "it did not sign for a moment");
        }
        else
        {
            KeyLog.FailedBack(logger, certificate.Options.Name, chain.Role, Tokens(chain));
        }

        said.Value = now;
    }

    private void SayWhetherItSigns(PreparedCertificate certificate, PreparedKey key, Probing probing)
    {
        var problem = key.Watched!.Health.Problem;
        if (problem is not null && !probing.IsFailing)
            KeyLog.KeyFails(logger, key.Opened!.TokenLabel, certificate.Options.Name, key.Role, problem);
        else if (problem is null && probing.IsFailing)
            KeyLog.KeyIsBack(logger, key.Opened!.TokenLabel);
        probing.IsFailing = problem is not null;
    }

    private void LookForAbsent(List<PreparedCertificate> certificates)
    {
        if (DateTimeOffset.UtcNow < _nextLook || !_looking.IsCompleted) return;
        _nextLook = DateTimeOffset.UtcNow + RetryInterval;
        var absent = certificates.SelectMany(certificate => certificate.Chains)
            .SelectMany(chain => chain.Keys.Where(key => key.Opened is null).Select(key => (Chain: chain, Key: key))).ToList();
        if (absent.Count > 0) _looking = Task.Run(() => LookAsync(absent));
    }

    private async Task LookAsync(List<(PreparedChain Chain, PreparedKey Key)> absent)
    {
        foreach (var (chain, key) in absent)
        {
            if (!await open(chain, key)) continue;
            KeyLog.KeyAppeared(logger, key.Options.Name, key.Role);
            await renew();
            // It may have been refused for what is wrong elsewhere.
            _nextLook = DateTimeOffset.UtcNow + ProbeInterval;
            return;
        }
    }

    private static string Tokens(PreparedChain chain) => string.Join(", ", chain.Opened.Select(key => key.TokenLabel));

    private sealed class Probing
    {
        /// <summary>The test signature on its way, or the last one.</summary>
        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>When the next one is due. The key gate has just seen it sign.</summary>
        public DateTimeOffset Next { get; set; } = DateTimeOffset.UtcNow + ProbeInterval;

        /// <summary>Whether it was said that the key does not sign.</summary>
        public bool IsFailing { get; set; }
    }
}
