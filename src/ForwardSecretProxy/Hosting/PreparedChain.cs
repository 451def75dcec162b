using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing.Redundancy;

namespace ForwardSecretProxy.Hosting;

/// <summary>One chain of a certificate's entry: that of the entry itself or of a spare.</summary>
/// <param name="Options">Where it and its keys came from.</param>
/// <param name="Role"><c>primary</c>, or <c>spare</c> and its number.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Keys">The keys that belong to it, those that are not there included.</param>
internal sealed record PreparedChain(
    CertificateOptions Options, string Role, CertificateChain Chain, IReadOnlyList<PreparedKey> Keys)
{
    private const string P256Oid = "1.2.840.10045.3.1.7";

    /// <summary>What the TLS engine gets, without what stands in for it; null when none of the keys is there.</summary>
    public TlsCertificate? Certificate { get; init; }

    /// <summary>The key in words, such as <c>ECDSA P-256</c>.</summary>
    public string KeyAlgorithm => Chain.Leaf switch
    {
        { RsaBits: { } bits } => $"RSA {bits}",
        { CurveOid: P256Oid } => "ECDSA P-256",
        _ => "ECDSA P-384",
    };

    /// <summary>The certificate of the chain that expires first; null when there is none at all.</summary>
    public CertificateFacts? FirstToExpire => Chain.Certificates.MinBy(certificate => certificate.NotAfter);

    /// <summary>The keys that are there.</summary>
    public IEnumerable<OpenedKey> Opened => Keys.Select(key => key.Opened).OfType<OpenedKey>();
}

/// <summary>One key of a chain.</summary>
/// <param name="Options">Names it.</param>
/// <param name="Role">Of which use it is: <c>primary</c>, <c>spare 1</c>, <c>primary key 2</c>.</param>
/// <param name="Opened">The key; null when its token is not there.</param>
internal sealed record PreparedKey(CertificateOptions Options, string Role, OpenedKey? Opened)
{
    /// <summary>The same key, watched; null when nothing can stand in for it, or it is not there.</summary>
    public WatchedSigner? Watched { get; init; }

    /// <summary>What it does for <paramref name="certificate"/> now.</summary>
    public KeyState StateIn(PreparedCertificate certificate) =>
        Opened is null ? KeyState.Absent
        : Watched is { Health.Problem: not null } ? KeyState.Failing
        : certificate.InUse.Keys.Contains(this) ? KeyState.InUse
        : KeyState.Standby;
}

/// <summary>What one of a certificate's keys does.</summary>
internal enum KeyState
{
    /// <summary>It signs for clients.</summary>
    InUse,

    /// <summary>It could.</summary>
    Standby,

    /// <summary>It is there and does not sign.</summary>
    Failing,

    /// <summary>Its token is not there.</summary>
    Absent,
}
