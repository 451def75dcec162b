using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>What a scanned server offers.</summary>
public static class EndpointOffer
{
    /// <summary>Reads it off an observation.</summary>
    public static TlsOffer Of(EndpointObservation seen) => new()
    {
        Versions = seen.Versions.ToDictionary(one => one.Version, one => one.Supported),
        Suites = seen.Spoken().Where(one => one.Suites.Count > 0).ToDictionary(one => one.Version, one => one.Suites),
        Groups = seen.Groups.Where(one => one.Groups.Count > 0).GroupBy(one => one.Version)
            .ToDictionary(one => one.Key, one => one.First().Groups),
        SignatureSchemes = seen.SignatureSchemes.Where(one => one.Schemes.Count > 0).GroupBy(one => one.Version)
            .ToDictionary(one => one.Key, one => one.First().Schemes),
        DhBits = DhBits(seen),
        Certificates = Certificates(seen),
        Features = Features(seen),
        SpeaksHttp = seen.Http is not null ? Answer.Yes : seen.StartTls is not null ? Answer.No : Answer.Unknown,
        StrictTransportSeconds = seen.Http?.StrictTransportSecurity is { } header ? StrictTransportHeader.MaxAge(header) : null,
    };

    private static List<int>? DhBits(EndpointObservation seen)
    {
        if (seen.DhParameters.Count > 0)
            return [.. seen.DhParameters.Select(parameters => parameters.Bits)];
        var suites = seen.Spoken().SelectMany(one => one.Suites).ToList();
        var usesThem = suites.Any(suite => suite.KeyExchange is KeyExchange.Dhe or KeyExchange.DhePsk or KeyExchange.AnonymousDh);
        return suites.Count > 0 && !usesThem ? [] : null;
    }

    private static List<OfferedCertificate>? Certificates(EndpointObservation seen)
    {
        var chains = seen.Certificates.Select(ReadChain.TryRead).ToList();
        return chains.Count == 0 || chains.Contains(null) ? null
            : [.. chains.Select(chain => OfferedCertificate.Of(chain!.Name, chain.Leaf))];
    }

    private static Dictionary<TlsFeature, Answer> Features(EndpointObservation seen)
    {
        var tls13 = seen.Tls13Resumption;
        // Where there are no tickets, nothing comes with one.
        Answer WithTickets(Answer answer) => answer == Answer.Unknown && tls13.Issued == Answer.No ? Answer.No : answer;
        return new()
        {
            [TlsFeature.Compression] = seen.Features.Compression,
            [TlsFeature.SecureRenegotiation] = seen.Features.SecureRenegotiation,
            [TlsFeature.ClientRenegotiation] = seen.Features.ClientRenegotiation,
            [TlsFeature.ExtendedMasterSecret] = seen.Features.ExtendedMasterSecret,
            [TlsFeature.EncryptThenMac] = seen.Features.EncryptThenMac,
            [TlsFeature.Heartbeat] = seen.Features.Heartbeat,
            [TlsFeature.Tls12Tickets] = seen.Tls12Tickets.Issued,
            [TlsFeature.SessionIds] = seen.SessionIds.Assigned == Answer.No && seen.SessionIds.Resumes == Answer.Unknown
                ? Answer.No : seen.SessionIds.Resumes,
            [TlsFeature.Tls13Tickets] = tls13.Issued,
            [TlsFeature.Tls13TicketReuse] = WithTickets(tls13.ResumesTwice),
            [TlsFeature.PskWithoutKeyExchange] = WithTickets(tls13.ResumesWithoutKeyExchange),
            [TlsFeature.EarlyData] = WithTickets(tls13.AcceptsEarlyData),
            [TlsFeature.KeyShareReuse] = KeyShareReuse(seen),
            [TlsFeature.OcspStapling] = All(seen.Certificates.Select(chain => chain.Stapled)),
            [TlsFeature.ServerPreference] = All(seen.Spoken().Where(one => one.Suites.Count > 1).Select(one => one.ServerPreference)),
        };
    }

    private static Answer KeyShareReuse(EndpointObservation seen) =>
        seen.KeyShares.Any(shares => shares.Repeated.Count > 0) ? Answer.Yes
        : seen.KeyShares.Count > 0 && seen.KeyShares.All(shares => shares.Samples >= new CheckLimits().KeyShareSamples) ? Answer.No
        : Answer.Unknown;

    private static Answer All(IEnumerable<Answer> answers)
    {
        List<Answer> all = [.. answers];
        return all.Contains(Answer.No) ? Answer.No : all.Count > 0 && all.All(one => one == Answer.Yes) ? Answer.Yes : Answer.Unknown;
    }
}
