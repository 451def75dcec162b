using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A TLS 1.3 session as <c>s_client -sess_out</c> keeps it (OpenSSL's SSL_SESSION_ASN1), with SHA-256 as its hash.
/// </summary>
internal sealed class SavedSession
{
    private static readonly Asn1Tag TicketTag = new(TagClass.ContextSpecific, 10, isConstructed: true);
    private static readonly Asn1Tag MaxEarlyDataTag = new(TagClass.ContextSpecific, 15, isConstructed: true);

    private readonly byte[] _key;

    private SavedSession(byte[] key, byte[] ticket) => (_key, Ticket) = (key, ticket);

    /// <summary>What the client sends back to be recognised.</summary>
    public byte[] Ticket { get; }

    /// <summary>Reads the file.</summary>
    public static SavedSession Read(string path)
    {
        var fields = Fields(path);
        fields.ReadInteger();
        fields.ReadInteger();
        fields.ReadOctetString();
        fields.ReadOctetString();
        var key = fields.ReadOctetString();
        while (fields.HasData)
        {
            if (fields.PeekTag() == TicketTag)
                return new SavedSession(key, fields.ReadSequence(TicketTag).ReadOctetString());
            fields.ReadEncodedValue();
        }

        throw new InvalidDataException($"{path} holds no session ticket.");
    }

    /// <summary>
    /// Rewrites the file so that s_client believes that the server takes early data, whatever the ticket said.
    /// </summary>
    public static void AllowEarlyData(string path)
    {
        var fields = Fields(path);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            var written = false;
            while (fields.HasData)
            {
                var tag = fields.PeekTag();
                if (!written && tag.TagClass == TagClass.ContextSpecific && tag.TagValue >= MaxEarlyDataTag.TagValue)
                {
                    Write(writer);
                    written = true;
                }

                var value = fields.ReadEncodedValue();
                if (tag != MaxEarlyDataTag)
                    writer.WriteEncodedValue(value.Span);
            }

            if (!written)
                Write(writer);
        }

        File.WriteAllText(path, PemEncoding.WriteString("SSL SESSION PARAMETERS", writer.Encode()) + "\n");

        static void Write(AsnWriter writer)
        {
            using (writer.PushSequence(MaxEarlyDataTag))
                writer.WriteInteger(16384);
        }
    }

    /// <summary>
    /// The proof that the sender knows the key, over a ClientHello without its binders (RFC 8446 sections 4.2.11.2
    /// and 7.1).
    /// </summary>
    public byte[] MakeBinder(ReadOnlySpan<byte> truncatedHello)
    {
        var early = HKDF.Extract(HashAlgorithmName.SHA256, _key, new byte[32]);
        var binder = ExpandLabel(early, "res binder", SHA256.HashData([]));
        var finished = ExpandLabel(binder, "finished", []);
        return HMACSHA256.HashData(finished, SHA256.HashData(truncatedHello));
    }

    private static byte[] ExpandLabel(byte[] secret, string label, byte[] context)
    {
        var full = Encoding.ASCII.GetBytes("tls13 " + label);
        byte[] info = [0, 32, (byte)full.Length, .. full, (byte)context.Length, .. context];
        return HKDF.Expand(HashAlgorithmName.SHA256, secret, 32, info);
    }

    private static AsnReader Fields(string path)
    {
        var pem = File.ReadAllText(path);
        var found = PemEncoding.Find(pem);
        return new AsnReader(Convert.FromBase64String(pem[found.Base64Data]), AsnEncodingRules.BER).ReadSequence();
    }
}
