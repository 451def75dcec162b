using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Redundancy;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Makes certificates with several keys of what was opened. What is known of the tokens and which key is in use outlives a
/// reload. Certificates with one key are left alone, unless their token holds a key of another that has several.
/// </summary>
internal sealed class KeyRedundancy
{
    private readonly Dictionary<ISigningPool, TokenHealth> _health = new(ReferenceEqualityComparer.Instance);
    private readonly IReadOnlyList<PreparedCertificate> _previous;

    /// <param name="opened">All certificates.</param>
    /// <param name="previous">Those that are served now.</param>
    public KeyRedundancy(IEnumerable<OpenedCertificate> opened, IReadOnlyList<PreparedCertificate> previous)
    {
        _previous = previous;
        var known = previous.SelectMany(certificate => certificate.Keys).Select(key => key.Watched?.Health).OfType<TokenHealth>().ToList();
        foreach (var key in opened.Where(each => each.IsRedundant).SelectMany(each => each.Served).SelectMany(chain => chain.Opened))
        {
            var pool = key.Signer.Pool;
            if (!_health.ContainsKey(pool))
                _health[pool] = known.Find(each => each.Pool == pool) ?? new TokenHealth(pool, key.TokenLabel, TimeProvider.System);
        }
    }

    /// <summary>Puts the chains of one certificate together.</summary>
    public PreparedCertificate Join(OpenedCertificate opened)
    {
        var usable = opened.Served.ToHashSet(ReferenceEqualityComparer.Instance);
        var chains = opened.Chains.Select(chain => usable.Contains(chain) ? Serve(chain, isAlone: !opened.IsRedundant) : chain).ToList();
        var served = chains.FindAll(chain => chain.Certificate is not null);
        var certificate = served[0].Certificate! with
        {
            Spares = [.. served.Skip(1).Select(chain => chain.Certificate!)],
            Choice = opened.IsRedundant ? Choose(opened.Options, served) : null,
        };
        return new PreparedCertificate(opened.Options, certificate, chains);
    }

    private PreparedChain Serve(PreparedChain chain, bool isAlone)
    {
        var keys = chain.Keys.Select(key => key with { Watched = Watch(key.Opened) }).ToList();
        var watched = keys.Select(key => key.Watched).OfType<WatchedSigner>().ToList();
        ISigner signer = watched.Count > 0 ? new RedundantSigner(watched, isAlone) : chain.Opened.First().Signer;
        return chain with { Keys = keys, Certificate = chain.Chain.ToTlsCertificate(signer) };
    }

    private WatchedSigner? Watch(OpenedKey? key) =>
        key is not null && _health.TryGetValue(key.Signer.Pool, out var health) ? new WatchedSigner(key.Signer, health) : null;

    private KeyChoice Choose(CertificateOptions options, List<PreparedChain> served)
    {
        var pools = served.ConvertAll(chain => ((RedundantSigner)chain.Certificate!.Signer).Tokens);
        var before = _previous.FirstOrDefault(certificate => certificate.Options.Name == options.Name)?.Choice;
        return before is not null && before.FailBackAfter == options.FailBackAfter && before.Keys.SequenceEqual(pools)
            ? before
            : new KeyChoice(pools, options.FailBackAfter, TimeProvider.System, before?.InUse);
    }
}
