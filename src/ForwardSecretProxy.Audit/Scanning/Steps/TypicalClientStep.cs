using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning.Steps;

/// <summary>What an ordinary client ends up with: one that offers what Chromium offers.</summary>
internal sealed class TypicalClientStep : IScanStep
{
    private static readonly ushort[] Suites =
    [
        0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035,
    ];

    private static readonly NamedGroup[] Groups = [.. new ushort[] { 4588, 29, 23, 24 }.Select(code => NamedGroups.Find(code)!)];

    private static readonly SignatureScheme[] Schemes =
    [
        .. new ushort[] { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601 }.Select(code => SignatureSchemes.Find(code)!),
    ];

    /// <inheritdoc/>
    public string Name => "a typical client";

    /// <inheritdoc/>
    public async Task<Learnt> RunAsync(Scan scan, EndpointObservation seen, CancellationToken stop)
    {
        var offer = new Offer
        {
            Version = TlsVersion.Tls13,
            AlsoTls12 = true,
            Suites = Suites,
            ServerName = scan.ServerName,
            Groups = Groups,
            Schemes = Schemes,
            Shares = Groups[..2],
            Further =
            [
                ClientExtensions.StatusRequest(), ClientExtensions.SignedCertificateTimestamp(), ClientExtensions.SessionTicket([]),
            ],
        };
        var flight = await scan.AskAsync(offer, stop);
        if (!flight.IsConclusive)
            scan.AddGap("What an ordinary client ends up with is not known: the server did not answer.");
        if (flight is not { Hello: { } hello, Suite: { } suite })
            return all => all;
        var group = hello.KeyShare is { } share ? FlightTally.NameOf(share.Group)
            : flight.KeyExchange is { } exchange ? FlightTally.GroupOf(exchange) : null;
        return all => all with { TypicalClient = new TypicalClientObservation(hello.Version, suite, group) };
    }
}
