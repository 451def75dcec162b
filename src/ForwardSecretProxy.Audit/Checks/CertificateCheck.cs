using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>A check of each chain that the server shows.</summary>
public abstract class CertificateCheck : IEndpointCheck
{
    /// <inheritdoc/>
    public abstract CheckDescription Description { get; }

    /// <summary>Whether only the chain for the name that the scan is about matters.</summary>
    private protected virtual bool IsAboutTarget => false;

    /// <inheritdoc/>
    public IEnumerable<Finding> Examine(EndpointObservation seen)
    {
        var chains = seen.Certificates.Where(chain => !IsAboutTarget || chain.IsForTarget).ToList();
        if (chains.Count == 0)
            return [Description.Unexamined("No certificate was seen.", seen.GapsAbout("certificate"))];
        return chains.SelectMany(chain => ReadChain.TryRead(chain) is { } read
            ? Judge(seen, read)
            : [Description.Unexamined("A certificate that the server sent could not be read.")]);
    }

    /// <summary>The findings about one chain.</summary>
    private protected abstract IEnumerable<Finding> Judge(EndpointObservation seen, ReadChain chain);
}
