using System.Security.Cryptography;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>That a server asks its clients for certificates, and whose it takes; an immutable value.</summary>
public sealed class ClientCertificatePolicy
{
    /// <summary>Makes the value.</summary>
    /// <param name="required">Whether a client without a certificate is refused; a bad one always is.</param>
    /// <param name="authorities">
    /// The CAs in DER, at least one. A chain has to end at one of them that signed itself; the others complete chains.
    /// </param>
    /// <param name="revocationLists">
    /// CRLs in DER (RFC 5280 section 5); empty for no such check. When there are any, each CA of a chain needs one.
    /// </param>
    public ClientCertificatePolicy(
        bool required,
        IReadOnlyList<ReadOnlyMemory<byte>> authorities,
        IReadOnlyList<ReadOnlyMemory<byte>> revocationLists)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        ArgumentOutOfRangeException.ThrowIfZero(authorities.Count, nameof(authorities));
        ArgumentNullException.ThrowIfNull(revocationLists);
        Required = required;
        Authorities = authorities;
        RevocationLists = revocationLists;
        Fingerprint = ComputeFingerprint();
    }

    /// <summary>Whether a client without a certificate is refused.</summary>
    public bool Required { get; }

    /// <summary>Equal when everything is: by it, servers with the same policy can be told to be the same.</summary>
    public string Fingerprint { get; }

    internal IReadOnlyList<ReadOnlyMemory<byte>> Authorities { get; }

    internal IReadOnlyList<ReadOnlyMemory<byte>> RevocationLists { get; }

    private string ComputeFingerprint()
    {
        // DER says how long it is, so nothing in it can be taken for the next piece.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Required ? (byte)1 : (byte)0]);
        foreach (var der in Authorities) hash.AppendData(der.Span);
        hash.AppendData([0]);
        foreach (var der in RevocationLists) hash.AppendData(der.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
