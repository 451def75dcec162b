using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>An entry of <c>Certificates</c> with what was found of its chains and keys, before anything is made of them.</summary>
internal sealed class OpenedCertificate
{
    private readonly List<OpenedChain> _chains = [];

    private OpenedCertificate(CertificateOptions options) => Options = options;

    /// <summary>The entry.</summary>
    public CertificateOptions Options { get; }

    /// <summary>The chains, in order of preference.</summary>
    public IEnumerable<PreparedChain> Chains => _chains.Select(chain => chain.Chain);

    /// <summary>Those that can be served.</summary>
    public IEnumerable<PreparedChain> Served => _chains.Where(chain => chain.IsUsable).Select(chain => chain.Chain);

    /// <summary>Whether there are several keys.</summary>
    public bool IsRedundant => Options.Spares.Count > 0 || Options.Keys.Count > 0;

    /// <summary>Whether some of the keys are not there.</summary>
    public bool LacksKeys => Chains.SelectMany(chain => chain.Keys).Any(key => key.Opened is null);

    /// <summary>Opens everything and reports nothing yet.</summary>
    public static async Task<OpenedCertificate> OpenAsync(
        CertificateOptions options, ISignerSource signers, ConfigurationContext context, CancellationToken cancellationToken)
    {
        var certificate = new OpenedCertificate(options);
        foreach (var (index, alternative) in options.Alternatives.Index())
        {
            certificate._chains.Add(await OpenedChain.OpenAsync(
                alternative, index == 0 ? "primary" : $"spare {index}", signers, context, cancellationToken));
        }

        return certificate;
    }

    /// <summary>Reports what was found. That a key is not there now is no error while another one is.</summary>
    public void Report(ConfigurationContext context)
    {
        var isServed = Served.Any();
        foreach (var chain in _chains) chain.Report(context, isServed && IsRedundant, isSpare: chain != _chains[0]);
        if (_chains[0].Chain.Chain.DnsNames is { Count: > 0 } names)
        {
            foreach (var spare in _chains.Skip(1).Where(chain => chain.IsUsable)) spare.ReportMissingNames(names, context);
        }
    }
}
