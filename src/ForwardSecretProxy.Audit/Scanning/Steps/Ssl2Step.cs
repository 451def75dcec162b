using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>Whether SSL 2.0 is spoken. A server lists all the ciphers it has in common with the client.</summary>
internal sealed class Ssl2Step : IScanStep
{
    /// <inheritdoc/>
    public string Name => "SSL 2.0";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var (ending, hello) = await scan.AskSsl2Async(stop);
        // SSL 2.0 has no word for no: a server that answers to other versions, and here hangs up, says it.
        var supported = hello is not null ? Answer.Yes : ending == FlightEnding.Alert || ending == FlightEnding.Closed && scan.HasAnswered ? Answer.No : Answer.Unknown;
        if (supported == Answer.Unknown)
            scan.AddGap("Whether SSLv2 is spoken is not known: the server did not answer, or not in TLS.");
        var version = new VersionObservation(TlsVersion.Ssl2, supported)
        {
            Ssl2Suites = [.. hello?.Ciphers.Select(Ssl2Ciphers.NameOf) ?? []],
        };
        return all => all with { Versions = [version, .. all.Versions] };
    }
}
