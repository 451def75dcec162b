using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Dane;

/// <summary>A key that a service presents, or will.</summary>
/// <param name="Name">What to call it, such as <c>certificate "mail"</c>.</param>
/// <param name="SubjectPublicKeyInfo">The public key, in DER.</param>
/// <param name="Chain">Its certificate and the intermediates; empty as long as there is none.</param>
/// <param name="IsNext">Whether it is not in use yet.</param>
internal sealed record DaneKey(
    string Name, ReadOnlyMemory<byte> SubjectPublicKeyInfo, IReadOnlyList<CertificateFacts> Chain, bool IsNext)
{
    /// <summary>The record to publish for it.</summary>
    public TlsaRecord Record => TlsaRecord.ForKey(SubjectPublicKeyInfo.Span);
}
