namespace ForwardSecretProxy.Audit.Wire;

/// <summary>The extensions that are used here, of IANA's registry "TLS ExtensionType Values".</summary>
internal enum ExtensionType : ushort
{
    ServerName = 0,
    MaxFragmentLength = 1,
    StatusRequest = 5,
    SupportedGroups = 10,
    EcPointFormats = 11,
    SignatureAlgorithms = 13,
    Heartbeat = 15,
    ApplicationProtocols = 16,
    SignedCertificateTimestamp = 18,
    Padding = 21,
    EncryptThenMac = 22,
    ExtendedMasterSecret = 23,
    SessionTicket = 35,
    PreSharedKey = 41,
    EarlyData = 42,
    SupportedVersions = 43,
    Cookie = 44,
    PskKeyExchangeModes = 45,
    SignatureAlgorithmsCert = 50,
    KeyShare = 51,
    RenegotiationInfo = 0xFF01,
}
