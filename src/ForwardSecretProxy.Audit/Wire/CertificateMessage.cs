using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A server's Certificate message (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2).</summary>
/// <param name="Certificates">In DER, the server's own first.</param>
/// <param name="Extensions">Those of the first certificate: only TLS 1.3 has any.</param>
internal sealed record CertificateMessage(IReadOnlyList<byte[]> Certificates, IReadOnlyList<HelloExtension> Extensions)
{
    private const string Name = "Certificate message";

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="WireFormatException">It is not well-formed.</exception>
    public static CertificateMessage Parse(ReadOnlySpan<byte> body, TlsVersion version)
    {
        var reader = new WireReader(body, Name);
        if (version == TlsVersion.Tls13)
            reader.Vector8();

        var certificates = new List<byte[]>();
        IReadOnlyList<HelloExtension> extensions = [];
        var list = new WireReader(reader.Vector24(), Name);
        reader.End();
        while (!list.IsEmpty)
        {
            certificates.Add(list.Vector24().ToArray());
            if (version != TlsVersion.Tls13)
                continue;
            var own = HelloExtension.ReadAll(ref list, Name);
            if (certificates.Count == 1)
                extensions = own;
        }

        return new CertificateMessage(certificates, extensions);
    }
}
