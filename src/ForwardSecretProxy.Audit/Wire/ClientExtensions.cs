using System.Text;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>The extensions a ClientHello may have, as the RFCs lay them out.</summary>
internal static class ClientExtensions
{
    /// <summary>RFC 6066 section 3.</summary>
    public static HelloExtension ServerName(string name) => Make(ExtensionType.ServerName, data =>
        data.Vector16(list => list.UInt8(0).Vector16(Encoding.ASCII.GetBytes(name))));

    /// <summary>RFC 8446 section 4.2.7.</summary>
    public static HelloExtension SupportedGroups(IEnumerable<NamedGroup> groups) =>
        Numbers(ExtensionType.SupportedGroups, groups.Select(group => group.Code));

    /// <summary>RFC 8422 section 5.1.2: uncompressed points.</summary>
    public static HelloExtension EcPointFormats() => Make(ExtensionType.EcPointFormats, data => data.Vector8([0]));

    /// <summary>RFC 8446 section 4.2.3.</summary>
    public static HelloExtension SignatureAlgorithms(IEnumerable<SignatureScheme> schemes) =>
        Numbers(ExtensionType.SignatureAlgorithms, schemes.Select(scheme => scheme.Code));

    /// <summary>RFC 8446 section 4.2.1, the most wanted version first.</summary>
    public static HelloExtension SupportedVersions(params IEnumerable<TlsVersion> versions) =>
        Make(ExtensionType.SupportedVersions, data => data.Vector8(list =>
        {
            foreach (var version in versions)
                list.UInt16((ushort)version);
        }));

    /// <summary>RFC 8446 section 4.2.8; an empty list asks for a HelloRetryRequest.</summary>
    public static HelloExtension KeyShare(params IEnumerable<KeyShareEntry> shares) =>
        Make(ExtensionType.KeyShare, data => data.Vector16(list =>
        {
            foreach (var share in shares)
                list.UInt16(share.Group).Vector16(share.Share);
        }));

    /// <summary>RFC 7301.</summary>
    public static HelloExtension ApplicationProtocols(IEnumerable<string> protocols) =>
        Make(ExtensionType.ApplicationProtocols, data => data.Vector16(list =>
        {
            foreach (var protocol in protocols)
                list.Vector8(Encoding.ASCII.GetBytes(protocol));
        }));

    /// <summary>RFC 6066 section 8: an OCSP response is welcome.</summary>
    public static HelloExtension StatusRequest() => new(ExtensionType.StatusRequest, [1, 0, 0, 0, 0]);

    /// <summary>RFC 6962 section 3.3.1.</summary>
    public static HelloExtension SignedCertificateTimestamp() => new(ExtensionType.SignedCertificateTimestamp, []);

    /// <summary>RFC 5077 section 3.2: a ticket, or none to be given one.</summary>
    public static HelloExtension SessionTicket(ReadOnlySpan<byte> ticket) => new(ExtensionType.SessionTicket, ticket.ToArray());

    /// <summary>RFC 7627.</summary>
    public static HelloExtension ExtendedMasterSecret() => new(ExtensionType.ExtendedMasterSecret, []);

    /// <summary>RFC 7366.</summary>
    public static HelloExtension EncryptThenMac() => new(ExtensionType.EncryptThenMac, []);

    /// <summary>RFC 5746 section 3.2: the client's verify_data of the handshake before, empty in the first.</summary>
    public static HelloExtension RenegotiationInfo(ReadOnlySpan<byte> verifyData)
    {
        var before = verifyData.ToArray();
        return Make(ExtensionType.RenegotiationInfo, data => data.Vector8(before));
    }

    /// <summary>RFC 6520: heartbeats may be sent to the client.</summary>
    public static HelloExtension Heartbeat() => new(ExtensionType.Heartbeat, [1]);

    /// <summary>RFC 8446 section 4.2.9: 0 is psk_ke, 1 is psk_dhe_ke.</summary>
    public static HelloExtension PskKeyExchangeModes(params byte[] modes) =>
        Make(ExtensionType.PskKeyExchangeModes, data => data.Vector8(modes));

    /// <summary>RFC 8446 section 4.2.10.</summary>
    public static HelloExtension EarlyData() => new(ExtensionType.EarlyData, []);

    /// <summary>RFC 8446 section 4.2.2: what a HelloRetryRequest asked to be sent back.</summary>
    public static HelloExtension Cookie(byte[] cookie) => new(ExtensionType.Cookie, cookie);

    /// <summary>RFC 8446 section 4.2.11, with room for one binder at the very end. It has to be the last extension.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="age">Its age in milliseconds, obfuscated.</param>
    /// <param name="binderLength">The length of the hash.</param>
    public static HelloExtension PreSharedKey(byte[] ticket, uint age, int binderLength) =>
        Make(ExtensionType.PreSharedKey, data => data
            .Vector16(identities => identities.Vector16(ticket).UInt32(age))
            .Vector16(binders => binders.Vector8(new byte[binderLength])));

    private static HelloExtension Numbers(ExtensionType type, IEnumerable<ushort> numbers) => Make(type, data => data.Vector16(list =>
    {
        foreach (var number in numbers)
            list.UInt16(number);
    }));

    private static HelloExtension Make(ExtensionType type, Action<WireWriter> write) => new(type, WireWriter.Build(write));
}
