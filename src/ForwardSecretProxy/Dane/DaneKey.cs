using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Dane;

/// <summary>A key that a service presents, or will.</summary>
/// <param name="Name">What to call it, such as <c>certificate "mail"</c>.</param>
/// <param name="SubjectPublicKeyInfo">The public key, in DER.</param>
/// <param name="Chain">Its certificate and the intermediates; empty as long as there is none.</param>
/// <param name="Use">Whether it is in use.</param>
internal sealed record DaneKey(
    string Name, ReadOnlyMemory<byte> SubjectPublicKeyInfo, IReadOnlyList<CertificateFacts> Chain, DaneKeyUse Use)
{
    /// <summary>The record to publish for it.</summary>
    public TlsaRecord Record => TlsaRecord.ForKey(SubjectPublicKeyInfo.Span);
}

/// <summary>Whether a key is in use.</summary>
internal enum DaneKeyUse
{
    /// <summary>A service presents it.</summary>
    Now,

    /// <summary>It comes next: its record has to be there before.</summary>
    Next,

    /// <summary>It was used before and is kept for a while: its record may be there, for going back, and need not.</summary>
    Before,
}
