using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>
/// The schemes a server signs with. In TLS 1.2 its ServerKeyExchange says which it took. In TLS 1.3 that is encrypted: a server that
/// goes on when it is offered one scheme has it.
/// </summary>
internal sealed class SignatureSchemesStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "signature schemes";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        SignatureSchemeObservation?[] found = await Task.WhenAll(FindTls12Async(scan, seen, stop), FindTls13Async(scan, seen, stop));
        return all => all with { SignatureSchemes = [.. found.OfType<SignatureSchemeObservation>()] };
    }

    private static async Task<SignatureSchemeObservation?> FindTls12Async(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var suites = seen.Find(TlsVersion.Tls12)?.Codes(suite => suite.KeyExchange is KeyExchange.Dhe or KeyExchange.Ecdhe) ?? [];
        if (suites.Count == 0)
            return null;
        var found = await Elimination<ushort>.RunAsync(
            Usual.Schemes.Select(scheme => scheme.Code),
            left => scan.AskAsync(scan.Offer(TlsVersion.Tls12, suites) with { Schemes = SchemesOf(left) }, stop),
            flight => flight.KeyExchange?.Scheme);
        if (!found.IsComplete)
            scan.AddGap("The signature schemes of TLS 1.2 may be more than are listed: the server did not always answer.");
        // Some sign with SHA-1 when nothing that is offered suits them.
        IReadOnlyList<ushort> codes = found.Stray is { } stray ? [.. found.Accepted.Append(stray).Distinct()] : found.Accepted;
        return new SignatureSchemeObservation(TlsVersion.Tls12, SchemesOf(codes));
    }

    private static async Task<SignatureSchemeObservation?> FindTls13Async(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (seen.Find(TlsVersion.Tls13) is not { } version)
            return null;
        var offer = scan.Offer(TlsVersion.Tls13, version.Codes(_ => true));
        var tried = await Task.WhenAll(Usual.Schemes.Select(async scheme =>
            (Scheme: scheme, Flight: await scan.AskAsync(offer with { Schemes = [scheme] }, stop))));
        if (!tried.All(each => each.Flight.IsConclusive))
            scan.AddGap("The signature schemes of TLS 1.3 may be more than are listed: the server did not always answer.");
        return new SignatureSchemeObservation(
            TlsVersion.Tls13, [.. tried.Where(each => each.Flight.Hello?.Version == TlsVersion.Tls13).Select(each => each.Scheme)]);
    }

    private static List<SignatureScheme> SchemesOf(IReadOnlyList<ushort> codes) =>
        [.. codes.Select(SignatureSchemes.Find).OfType<SignatureScheme>()];
}
