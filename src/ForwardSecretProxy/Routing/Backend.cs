using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ForwardSecretProxy.Routing;

/// <summary>How the services of one cluster are reached, loaded and checked. Immutable: a reload makes a new one.</summary>
internal sealed class Backend
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly byte[] _digest;

    /// <summary>Puts together what was loaded.</summary>
    /// <param name="connectTimeout">How long a connection may take.</param>
    /// <param name="authorities">The only ones that are trusted; null for those of the system.</param>
    /// <param name="client">The certificate to show, with its key and intermediates; null for none.</param>
    public Backend(
        TimeSpan connectTimeout, X509Certificate2Collection? authorities, SslStreamCertificateContext? client)
    {
        ConnectTimeout = connectTimeout;
        Authorities = authorities;
        ClientCertificate = client;
        _digest = Digest();
    }

    /// <summary>What holds for a cluster that <c>Backends</c> does not name.</summary>
    public static Backend Default { get; } = new(new Configuration.BackendOptions { Cluster = "" }.ConnectTimeout, null, null);

    /// <summary>How long a connection may take, the wait for a free one included.</summary>
    public TimeSpan ConnectTimeout { get; }

    /// <summary>The only trusted authorities; null for those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; }

    /// <summary>What is shown to a service that asks for a certificate; null for nothing.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; }

    /// <summary>Whether connections made for the one are as good as those made for the other.</summary>
    public bool IsSameAs(Backend other) =>
        ConnectTimeout == other.ConnectTimeout && _digest.AsSpan().SequenceEqual(other._digest);

    /// <summary>
    /// How a service's certificate is verified (RFC 5280 section 6): for server authentication, without asking anybody
    /// about revocation, and without fetching what the certificate itself says should be fetched.
    /// </summary>
    public X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            ApplicationPolicy = { new Oid(ServerAuthentication) },
        };
        if (Authorities is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(Authorities);
        }
        return policy;
    }

    // The key has no part of its own in it: it fits the certificate's, and any key that fits is the same one.
    private byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var authority in Authorities ?? [])
            hash.AppendData(SHA256.HashData(authority.RawDataMemory.Span));
        if (ClientCertificate is not null)
        {
            hash.AppendData("client"u8);
            hash.AppendData(SHA256.HashData(ClientCertificate.TargetCertificate.RawDataMemory.Span));
            foreach (var issuer in ClientCertificate.IntermediateCertificates)
                hash.AppendData(SHA256.HashData(issuer.RawDataMemory.Span));
        }
        return hash.GetHashAndReset();
    }
}
