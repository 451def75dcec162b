using System.Buffers.Binary;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>A NewSessionTicket (RFC 5077 section 3.3, RFC 8446 section 4.6.1).</summary>
/// <param name="Lifetime">In seconds; in TLS 1.2 a hint, of which 0 says nothing.</param>
/// <param name="Ticket">What is to be sent back.</param>
/// <param name="AgeAdd">TLS 1.3: added to the age that is sent.</param>
/// <param name="Nonce">TLS 1.3: makes the ticket's secret its own.</param>
/// <param name="MaxEarlyData">TLS 1.3: how much may be sent in the first flight, in bytes.</param>
internal sealed record NewSessionTicket(uint Lifetime, byte[] Ticket, uint AgeAdd, byte[] Nonce, uint MaxEarlyData)
{
    private const string Name = "NewSessionTicket";

    /// <summary>Reads the body of the message.</summary>
    /// <exception cref="WireFormatException">It is not well-formed.</exception>
    public static NewSessionTicket Parse(ReadOnlySpan<byte> body, TlsVersion version)
    {
        var reader = new WireReader(body, Name);
        var lifetime = reader.UInt32();
        if (version != TlsVersion.Tls13)
        {
            var old = new NewSessionTicket(lifetime, reader.Vector16().ToArray(), 0, [], 0);
            reader.End();
            return old;
        }

        var ageAdd = reader.UInt32();
        var nonce = reader.Vector8().ToArray();
        var ticket = reader.Vector16().ToArray();
        var extensions = HelloExtension.ReadAll(ref reader, Name);
        reader.End();
        var early = extensions.Find(extension => extension.Type == ExtensionType.EarlyData)?.Data;
        if (early is not (null or { Length: 4 }))
            throw new WireFormatException($"its {Name} has an early_data extension that is no number");
        return new NewSessionTicket(
            lifetime, ticket, ageAdd, nonce, early is null ? 0 : BinaryPrimitives.ReadUInt32BigEndian(early));
    }
}
