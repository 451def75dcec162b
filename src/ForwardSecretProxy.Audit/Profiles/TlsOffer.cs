using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>
/// What a server offers, as far as a profile asks: seen by a scan (<see cref="EndpointOffer"/>) or read in a
/// configuration (<see cref="ConfigurationOffer"/>). What is left out is not known, and no rule takes it for fulfilled.
/// </summary>
public sealed record TlsOffer
{
    /// <summary>Whether each version is spoken.</summary>
    public IReadOnlyDictionary<TlsVersion, Answer> Versions { get; init; } = new Dictionary<TlsVersion, Answer>();

    /// <summary>The suites of each version.</summary>
    public IReadOnlyDictionary<TlsVersion, IReadOnlyList<CipherSuite>> Suites { get; init; } =
        new Dictionary<TlsVersion, IReadOnlyList<CipherSuite>>();

    /// <summary>The groups of TLS 1.2, which stands for all before it, and of TLS 1.3.</summary>
    public IReadOnlyDictionary<TlsVersion, IReadOnlyList<NamedGroup>> Groups { get; init; } =
        new Dictionary<TlsVersion, IReadOnlyList<NamedGroup>>();

    /// <summary>The signature schemes of TLS 1.2 and TLS 1.3.</summary>
    public IReadOnlyDictionary<TlsVersion, IReadOnlyList<SignatureScheme>> SignatureSchemes { get; init; } =
        new Dictionary<TlsVersion, IReadOnlyList<SignatureScheme>>();

    /// <summary>The sizes of finite-field parameters before TLS 1.3; empty where there is no such key exchange.</summary>
    public IReadOnlyList<int>? DhBits { get; init; }

    /// <summary>The servers' own certificates.</summary>
    public IReadOnlyList<OfferedCertificate>? Certificates { get; init; }

    /// <summary>The features whose state is known.</summary>
    public IReadOnlyDictionary<TlsFeature, Answer> Features { get; init; } = new Dictionary<TlsFeature, Answer>();

    /// <summary>Whether it speaks HTTP.</summary>
    public Answer SpeaksHttp { get; init; }

    /// <summary>The max-age of Strict-Transport-Security in seconds; null without the header.</summary>
    public long? StrictTransportSeconds { get; init; }

    /// <summary>Whether a version is spoken.</summary>
    public Answer Speaks(TlsVersion version) => Versions.GetValueOrDefault(version);

    /// <summary>Whether any of some versions is spoken.</summary>
    public Answer SpeaksAny(params IReadOnlyCollection<TlsVersion> versions) =>
        versions.Any(version => Speaks(version) == Answer.Yes) ? Answer.Yes
        : versions.Any(version => Speaks(version) == Answer.Unknown) ? Answer.Unknown
        : Answer.No;
}

/// <summary>A certificate of the server's own.</summary>
/// <param name="Name">How findings call it.</param>
/// <param name="Key">Its key.</param>
/// <param name="Hash">The hash it is signed over, such as <c>sha256</c>; <c>none</c> for EdDSA; null when it is not known.</param>
/// <param name="LifetimeDays">From its first to its last day.</param>
public sealed record OfferedCertificate(string Name, CertificateKey Key, string? Hash, double LifetimeDays)
{
    /// <summary>Reads it off the certificate.</summary>
    public static OfferedCertificate Of(string name, X509Certificate2 certificate) => new(
        name, CertificateKey.Of(certificate), CertificateHash.Of(certificate), (certificate.NotAfter - certificate.NotBefore).TotalDays);
}
