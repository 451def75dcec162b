using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// What TLS 1.3 shows behind its first encrypted record: certificates for each kind of key and name, the signature with each
/// scheme, and extensions.
/// </summary>
/// <param name="handshaker">The way to the server.</param>
/// <param name="offer">What the server takes, in TLS 1.3.</param>
internal sealed class Tls13CertificateProbe(Handshaker handshaker, HandshakeOffer offer)
{
    private readonly List<(string? Name, HandshakeFacts Facts)> _seen = [];
    private readonly HashSet<SignatureScheme> _ignored = [];
    private string? _reason;

    /// <summary>The schemes that the server was asked for alone, and signed with another.</summary>
    public IReadOnlySet<SignatureScheme> Ignored => _ignored;

    /// <summary>Asks.</summary>
    /// <param name="seen">What this is added to.</param>
    /// <param name="schemes">Those the server is known to sign with.</param>
    /// <param name="names">The names to ask for; null is a ClientHello without SNI.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>With certificates, handshake signatures and the features' extensions added.</returns>
    public async Task<Probed<EndpointObservation>> RunAsync(
        EndpointObservation seen, IReadOnlyList<SignatureScheme> schemes, IEnumerable<string?> names, CancellationToken stop)
    {
        foreach (var scheme in schemes)
            await AskAsync(offer with { Schemes = [scheme] }, stop);
        foreach (var name in names)
        {
            foreach (var kind in schemes.GroupBy(KindOf))
                await AskAsync(offer with { ServerName = name, Schemes = [.. kind] }, stop);
        }

        var learnt = seen with
        {
            Certificates = ChainMerge.Of(seen.Certificates, Chains()),
            HandshakeSignatures = [.. seen.HandshakeSignatures, .. Signatures()],
            Features = seen.Features with { Extensions = [.. seen.Features.Extensions.Union(Extensions()).Order()] },
        };
        return new(learnt, _reason is null ? [] : [$"Not every certificate of TLS 1.3 is known, because {_reason}."]);
    }

    // One certificate may serve all schemes of its key.
    private static string KindOf(SignatureScheme scheme) => scheme.Code switch
    {
        0x0807 or 0x0808 => scheme.Name,
        >= 0x0809 and <= 0x080B => "rsa_pss_pss",
        _ => scheme.Key.ToString(),
    };

    private async Task AskAsync(HandshakeOffer asking, CancellationToken stop)
    {
        await using var outcome = await handshaker.ConnectAsync(asking, stop);
        if (outcome.IsComplete)
        {
            _seen.Add((asking.ServerName, outcome.Facts));
            if (asking.Schemes is [var only] && outcome.Facts.Signature is { Scheme: { } signed } && signed != only.Code)
                _ignored.Add(only);
        }

        // An alert is an answer: no certificate for this name, or of this kind.
        else if (outcome.Ending != Probing.FlightEnding.Alert)
            _reason = outcome.Reason;
    }

    private IEnumerable<CertificateChainObservation> Chains() => _seen
        .Where(each => each.Facts.Certificate is not null)
        .GroupBy(each => ChainMerge.KeyOf(each.Facts.Certificate!.Certificates.Select(Convert.ToBase64String)))
        .Select(same => new CertificateChainObservation
        {
            Chain = [.. same.First().Facts.Certificate!.Certificates.Select(Convert.ToBase64String)],
            ServerNames = [.. same.Select(each => each.Name ?? "").Distinct()],
            IsForTarget = same.Any(each => each.Name == offer.ServerName),
            TimestampsInHandshake = same.Max(each => CountTimestamps(each.Facts.Certificate!)),
            Stapled = same.Any(each => each.Facts.IsStapled) ? Answer.Yes : Answer.No,
        });

    private IEnumerable<HandshakeSignatureObservation> Signatures() => _seen
        .Select(each => each.Facts.Signature).Where(signature => signature?.Holds is not null)
        .GroupBy(signature => signature!.Name)
        .Select(same => new HandshakeSignatureObservation(
            TlsVersion.Tls13, same.Key, same.Count(each => each!.Holds == true), same.Count(each => each!.Holds == false)));

    private IEnumerable<int> Extensions() => _seen
        .SelectMany(each => each.Facts.Extensions.Concat(each.Facts.Certificate?.Extensions ?? []))
        .Select(extension => (int)extension.Type);

    /// <summary>RFC 6962 section 3.3: a list of timestamps, each behind its length.</summary>
    private static int CountTimestamps(CertificateMessage certificate)
    {
        if (certificate.Extensions.FirstOrDefault(each => each.Type == ExtensionType.SignedCertificateTimestamp) is not { } extension)
            return 0;
        try
        {
            var reader = new WireReader(extension.Data, "list of timestamps");
            var list = new WireReader(reader.Vector16(), "list of timestamps");
            var count = 0;
            for (; !list.IsEmpty; count++)
                list.Vector16();
            return count;
        }
        catch (WireFormatException)
        {
            return 0;
        }
    }
}
