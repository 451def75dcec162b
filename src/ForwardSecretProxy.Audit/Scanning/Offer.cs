using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>What a ClientHello offers in one version; all else in it is as browsers have it, so that servers answer as they do them.</summary>
internal sealed record Offer
{
    private const int ShortestTroubled = 256;
    private const int LongestTroubled = 511;
    private const int HeaderLength = 4;

    /// <summary>The only version offered.</summary>
    public required TlsVersion Version { get; init; }

    /// <summary>Offers TLS 1.2 beside TLS 1.3, as clients do that do not only want to know.</summary>
    public bool AlsoTls12 { get; init; }

    /// <summary>The suites' codes.</summary>
    public required IReadOnlyList<ushort> Suites { get; init; }

    /// <summary>The name in SNI, or null for none.</summary>
    public string? ServerName { get; init; }

    /// <summary>How much else there is.</summary>
    public HelloStyle Style { get; init; }

    /// <summary>The groups; null for all curves in TLS 1.2, and all there are in TLS 1.3.</summary>
    public IReadOnlyList<NamedGroup>? Groups { get; init; }

    /// <summary>The groups with a key share (TLS 1.3).</summary>
    public IReadOnlyList<NamedGroup> Shares { get; init; } = [Usual.Curves[0]];

    /// <summary>The schemes for signatures in the handshake, or null for all.</summary>
    public IReadOnlyList<SignatureScheme>? Schemes { get; init; }

    /// <summary>Further extensions.</summary>
    public IReadOnlyList<HelloExtension> Further { get; init; } = [];

    /// <summary>As in <see cref="ClientHello.CompressionMethods"/>.</summary>
    public byte[] CompressionMethods { get; init; } = [0];

    /// <summary>The ClientHello.</summary>
    public ClientHello Build(ClientShares shares)
    {
        var isBare = Style == HelloStyle.Bare || Version <= TlsVersion.Ssl3;
        var hello = new ClientHello
        {
            Version = Version == TlsVersion.Tls13 ? TlsVersion.Tls12 : Version,
            // What middleboxes take for TLS 1.2 (RFC 8446 appendix D.4).
            SessionId = Version == TlsVersion.Tls13 ? RandomNumberGenerator.GetBytes(32) : [],
            Suites = isBare ? [.. Suites, ClientHello.RenegotiationScsv] : Suites,
            CompressionMethods = CompressionMethods,
            Extensions = isBare ? [] : [.. Extensions(shares)],
        };
        return isBare ? hello : Pad(hello);
    }

    private IEnumerable<HelloExtension> Extensions(ClientShares shares)
    {
        var isFull = Style == HelloStyle.Full;
        if (ServerName is not null)
            yield return ClientExtensions.ServerName(ServerName);
        yield return ClientExtensions.SupportedGroups(Groups ?? (!isFull ? Usual.FewGroups
            : Version == TlsVersion.Tls13 ? Usual.Groups : Usual.Curves));
        if (Version != TlsVersion.Tls13 || AlsoTls12)
        {
            yield return ClientExtensions.EcPointFormats();
            yield return ClientExtensions.ExtendedMasterSecret();
            yield return ClientExtensions.RenegotiationInfo([]);
        }

        if (Version >= TlsVersion.Tls12)
            yield return ClientExtensions.SignatureAlgorithms(Schemes ?? (isFull ? Usual.Schemes : Usual.FewSchemes));
        if (Schemes is not null)
            // Only what signs the handshake is asked about: the certificates may be signed with anything (RFC 8446 section 4.2.3).
            yield return ClientExtensions.SignatureAlgorithms(Usual.Schemes) with { Type = ExtensionType.SignatureAlgorithmsCert };
        if (Version == TlsVersion.Tls13)
        {
            yield return ClientExtensions.SupportedVersions(AlsoTls12 ? [Version, TlsVersion.Tls12] : [Version]);
            yield return ClientExtensions.PskKeyExchangeModes(1);
            yield return ClientExtensions.KeyShare(Shares.Select(shares.For).OfType<KeyShareEntry>());
        }

        foreach (var extension in Further)
            yield return extension;
    }

    /// <summary>Some load balancers hang when the length is in this range (RFC 7685 section 1).</summary>
    private static ClientHello Pad(ClientHello hello)
    {
        var length = hello.Encode().Encode().Length;
        if (length is < ShortestTroubled or > LongestTroubled)
            return hello;
        var padding = new byte[Math.Max(1, LongestTroubled + 1 - length - HeaderLength)];
        return hello with { Extensions = [.. hello.Extensions, new HelloExtension(ExtensionType.Padding, padding)] };
    }
}
