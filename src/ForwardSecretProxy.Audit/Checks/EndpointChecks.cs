namespace ForwardSecretProxy.Audit.Checks;

/// <summary>All checks of a live server.</summary>
public static class EndpointChecks
{
    /// <summary>All of them with the usual limits, those about past sessions first.</summary>
    public static IReadOnlyList<IEndpointCheck> All { get; } = Create(new CheckLimits());

    /// <summary>All of them with other limits.</summary>
    public static IReadOnlyList<IEndpointCheck> Create(CheckLimits limits) =>
    [
        new StaticKeyExchangeCheck(),
        new EphemeralKeyReuseCheck(limits),
        new Tls12TicketsCheck(limits),
        new TicketKeyLifetimeCheck(limits),
        new TicketLifetimeHintCheck(limits),
        new SessionIdCheck(limits),
        new PskWithoutKeyExchangeCheck(limits),
        new EarlyDataCheck(),
        new TicketReuseCheck(),
        new ProtocolVersionCheck(),
        new DhParametersCheck(),
        new GroupCheck(),
        new PostQuantumCheck(),
        new WeakCipherCheck(),
        new CbcCheck(),
        new AnonymousKeyExchangeCheck(),
        new HandshakeSignatureCheck(),
        new SignatureSchemeCheck(),
        new SecureRenegotiationCheck(),
        new ClientRenegotiationCheck(),
        new CompressionCheck(),
        new ExtendedMasterSecretCheck(),
        new DowngradeSentinelCheck(),
        new FallbackScsvCheck(),
        new HeartbeatCheck(),
        new CertificateKeyCheck(),
        new CertificateSignatureCheck(),
        new CertificateDatesCheck(),
        new CertificateLifetimeCheck(),
        new CertificateNamesCheck(),
        new CertificateChainCheck(),
        new CertificateTrustCheck(limits),
        new CertificateTransparencyCheck(),
        new MustStapleCheck(),
        new StrictTransportCheck(),
    ];
}
