using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The server's side of one handshake.</summary>
internal sealed class BouncyCastlePeer(BouncyCastleTraits traits, IReadOnlyList<byte[]> chain, AsymmetricKeyParameter key)
    : DefaultTlsServer(traits.Crypto)
{
    private static readonly byte[] TicketKeyName = [.. Enumerable.Repeat((byte)'k', 16)];

    /// <inheritdoc/>
    /// <remarks>The protocol asks once more when it is about to mark a downgrade: is there anything better?</remarks>
    public override ProtocolVersion[] GetProtocolVersions() =>
        traits.HidesDowngrade && m_context?.SecurityParameters?.NegotiatedVersion is { } agreed
            ? [agreed]
            : base.GetProtocolVersions();

    /// <inheritdoc/>
    public override void NotifyFallback(bool isFallback) => base.NotifyFallback(isFallback && !traits.IgnoresFallback);

    /// <inheritdoc/>
    /// <remarks>Other servers talk to clients that know nothing of RFC 5746, too.</remarks>
    public override void NotifySecureRenegotiation(bool secureRenegotiation)
    {
    }

    /// <inheritdoc/>
    public override IDictionary<int, byte[]> GetServerExtensions()
    {
        var extensions = base.GetServerExtensions();
        if (TlsUtilities.IsTlsV13(m_context) || m_clientExtensions is null)
            return extensions;
        if (traits.AnswersHeartbeat && m_clientExtensions.ContainsKey(ExtensionType.heartbeat))
            extensions[ExtensionType.heartbeat] = [(byte)HeartbeatMode.peer_allowed_to_send];
        if (traits.TicketLifetime is not null && m_clientExtensions.ContainsKey(ExtensionType.session_ticket))
            extensions[ExtensionType.session_ticket] = [];
        return extensions;
    }

    /// <inheritdoc/>
    public override NewSessionTicket GetNewSessionTicket() =>
        new(traits.TicketLifetime ?? 0, [.. TicketKeyName, .. Crypto.CreateNonceGenerator([]).GenerateNonce(112)]);

    /// <inheritdoc/>
    public override TlsCredentials GetCredentials() => m_context.SecurityParameters.KeyExchangeAlgorithm switch
    {
        KeyExchangeAlgorithm.RSA => new BcDefaultTlsCredentialedDecryptor(traits.Crypto, Chain(), key),
        KeyExchangeAlgorithm.ECDH_ECDSA or KeyExchangeAlgorithm.ECDH_RSA =>
            new BcDefaultTlsCredentialedAgreement(traits.Crypto, Chain(), key),
        _ => Signer(),
    };

    /// <inheritdoc/>
    protected override ProtocolVersion[] GetSupportedVersions() => traits.Versions;

    /// <inheritdoc/>
    protected override int[] GetSupportedCipherSuites() => traits.Suites;

    /// <inheritdoc/>
    /// <remarks>By itself it would take any group that there is code for.</remarks>
    protected override int SelectECDH(int minimumCurveBits) =>
        Offered is { } offered ? FirstKnown(offered, NamedGroup.GetCurveBits, minimumCurveBits) : base.SelectECDH(minimumCurveBits);

    /// <inheritdoc/>
    protected override int SelectDH(int minimumFiniteFieldBits) =>
        Offered is { } offered && offered.Any(group => NamedGroup.GetFiniteFieldBits(group) > 0)
        ? FirstKnown(offered, NamedGroup.GetFiniteFieldBits, minimumFiniteFieldBits) : base.SelectDH(minimumFiniteFieldBits);

    private int[]? Offered => m_context.SecurityParameters.ClientSupportedGroups;

    private int FirstKnown(int[] offered, Func<int, int> bits, int minimum) =>
        offered.Where(group => traits.Crypto.HasNamedGroup(group) && bits(group) >= Math.Max(1, minimum)).FirstOrDefault(-1);

    private DefaultTlsCredentialedSigner Signer()
    {
        var scheme = Scheme();
        var parameters = new TlsCryptoParameters(m_context);
        var signer = new BcDefaultTlsCredentialedSigner(parameters, traits.Crypto, key, Chain(), scheme);
        return traits.SignsWrongly
            ? new DefaultTlsCredentialedSigner(parameters, new WrongSigner(signer), Chain(), scheme)
            : signer;
    }

    private Certificate Chain() => new(
        TlsUtilities.IsTlsV13(m_context) ? [] : null,
        [.. chain.Select(each => new CertificateEntry(Crypto.CreateCertificate(each), null))]);

    // Before TLS 1.2 there is nothing to choose.
    private SignatureAndHashAlgorithm? Scheme() => !TlsUtilities.IsTlsV12(m_context) ? null
        : key is ECPrivateKeyParameters
            ? SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa)
            : TlsUtilities.IsTlsV13(m_context)
                ? SignatureAndHashAlgorithm.rsa_pss_rsae_sha256
                : SignatureAndHashAlgorithm.GetInstance(HashAlgorithm.sha256, SignatureAlgorithm.rsa);
}
