using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>The single features that TLS 1.2 and before have or lack; TLS 1.3 has them all, or none, by itself.</summary>
internal sealed class FeaturesStep : IScanStep
{
    /// <inheritdoc/>
    public string Name => "features";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        if (seen.NewestBeforeTls13() is not { } newest || seen.Find(newest) is not { } version)
            return all => all;
        var plain = scan.Offer(newest, version.Codes(_ => true));
        var ordinary = scan.AskAsync(plain, stop);
        var compressing = scan.AskAsync(plain with { CompressionMethods = [1, 0] }, stop);
        var beating = scan.AskAsync(plain with { Further = [ClientExtensions.Heartbeat()] }, stop);
        var etm = EncryptThenMacAsync(scan, version, stop);
        var downgrade = DowngradeSentinelAsync(scan, seen, stop);
        var fallback = FallbackScsvAsync(scan, seen, stop);

        var secure = Echoes(await ordinary, ExtensionType.RenegotiationInfo);
        var master = newest == TlsVersion.Ssl3 ? Answer.No : Echoes(await ordinary, ExtensionType.ExtendedMasterSecret);
        var compression = (await compressing).Hello is { } hello ? Is(hello.CompressionMethod != 0) : Answer.Unknown;
        var heartbeat = newest == TlsVersion.Ssl3 ? Answer.No : Echoes(await beating, ExtensionType.Heartbeat);
        var (macs, sentinel, scsv) = (await etm, await downgrade, await fallback);
        return all => all with
        {
            Features = all.Features with
            {
                SecureRenegotiation = secure,
                Compression = compression,
                ExtendedMasterSecret = master,
                EncryptThenMac = macs,
                DowngradeSentinel = sentinel,
                FallbackScsv = scsv,
                Heartbeat = heartbeat,
            },
        };
    }

    private static async Task<Answer> EncryptThenMacAsync(Scan scan, VersionObservation version, CancellationToken stop)
    {
        var suites = version.Codes(suite => suite.Cipher.Contains("_CBC", StringComparison.Ordinal));
        if (suites.Count == 0 || version.Version == TlsVersion.Ssl3)
            return Answer.Unknown;
        var offer = scan.Offer(version.Version, suites) with { Further = [ClientExtensions.EncryptThenMac()] };
        return Echoes(await scan.AskAsync(offer, stop), ExtensionType.EncryptThenMac);
    }

    /// <summary>RFC 8446 section 4.1.3: the last eight bytes of the random, when a newer version would have been there.</summary>
    private static async Task<Answer> DowngradeSentinelAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var older = NewestWithABetter(seen);
        if (older is null || seen.Versions.All(each => each.Supported != Answer.Yes || each.Version < TlsVersion.Tls12))
            return Answer.Unknown;
        var flight = await scan.AskAsync(scan.Offer(older.Version, older.Codes(_ => true)), stop);
        if (flight.Hello is not { } hello)
            return Answer.Unknown;
        var mark = hello.Random.AsSpan(24);
        return Is(mark.StartsWith("DOWNGRD"u8) && mark[7] <= 1);
    }

    private static async Task<Answer> FallbackScsvAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var older = NewestWithABetter(seen);
        if (older is null)
            return Answer.Unknown;
        var offer = scan.Offer(older.Version, [.. older.Codes(_ => true), ClientHello.FallbackScsv]);
        var flight = await scan.AskAsync(offer, stop);
        return flight.IsAnswered ? Answer.No : flight.Ending == FlightEnding.Alert ? Answer.Yes : Answer.Unknown;
    }

    // A client that offers it alone gets less than it could have.
    private static VersionObservation? NewestWithABetter(EndpointObservation seen)
    {
        List<VersionObservation> spoken = [.. seen.Versions.Where(each => each.Supported == Answer.Yes)];
        return spoken.LastOrDefault(each => each.Version is > TlsVersion.Ssl2 and < TlsVersion.Tls13
            && spoken.Exists(other => other.Version > each.Version));
    }

    private static Answer Echoes(ServerFlight flight, ExtensionType type) =>
        flight.Hello is { } hello ? Is(hello.Find(type) is not null) : Answer.Unknown;

    private static Answer Is(bool holds) => holds ? Answer.Yes : Answer.No;
}
