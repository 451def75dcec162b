using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>A protocol version, by the number it has on the wire.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TlsVersion>))]
public enum TlsVersion : ushort
{
    /// <summary>SSL 2.0, prohibited by RFC 6176.</summary>
    [JsonStringEnumMemberName("SSLv2")]
    Ssl2 = 0x0002,

    /// <summary>SSL 3.0 (RFC 6101), deprecated by RFC 7568.</summary>
    [JsonStringEnumMemberName("SSLv3")]
    Ssl3 = 0x0300,

    /// <summary>TLS 1.0 (RFC 2246), deprecated by RFC 8996.</summary>
    [JsonStringEnumMemberName("TLSv1.0")]
    Tls10 = 0x0301,

    /// <summary>TLS 1.1 (RFC 4346), deprecated by RFC 8996.</summary>
    [JsonStringEnumMemberName("TLSv1.1")]
    Tls11 = 0x0302,

    /// <summary>TLS 1.2 (RFC 5246).</summary>
    [JsonStringEnumMemberName("TLSv1.2")]
    Tls12 = 0x0303,

    /// <summary>TLS 1.3 (RFC 8446).</summary>
    [JsonStringEnumMemberName("TLSv1.3")]
    Tls13 = 0x0304,
}
