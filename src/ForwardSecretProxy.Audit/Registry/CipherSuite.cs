using System.Text.Json;
using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>A cipher suite, as IANA's registry names it; what it is made of is read off the name.</summary>
[JsonConverter(typeof(NameConverter))]
public sealed record CipherSuite
{
    internal CipherSuite(ushort code, string name, string? openSslName, bool isRegistered)
    {
        Code = code;
        Name = name;
        OpenSslName = openSslName;
        IsRegistered = isRegistered;

        var with = name.IndexOf("_WITH_", StringComparison.Ordinal);
        KeyExchange = with < 0 ? KeyExchange.Separate : ReadKeyExchange(name[4..with]);
        Authentication = with < 0 ? Authentication.Separate : ReadAuthentication(name[4..with]);
        Cipher = with < 0 ? name[4..] : name[(with + 6)..];
        IsExport = name.Contains("EXPORT", StringComparison.Ordinal);
    }

    /// <summary>The number on the wire.</summary>
    public ushort Code { get; }

    /// <summary>IANA's name, as in <c>TLS_AES_128_GCM_SHA256</c>.</summary>
    public string Name { get; }

    /// <summary>OpenSSL's name, if it ever had the suite.</summary>
    public string? OpenSslName { get; }

    /// <summary>Whether the code is IANA's; a few suites were deployed under codes nobody registered.</summary>
    public bool IsRegistered { get; }

    /// <summary>How the keys are agreed on.</summary>
    public KeyExchange KeyExchange { get; }

    /// <summary>What kind of key the server proves itself with.</summary>
    public Authentication Authentication { get; }

    /// <summary>The part of the name behind the key exchange: cipher, mode and hash.</summary>
    public string Cipher { get; }

    /// <summary>Whether it was weakened on purpose, for export from the United States of the 1990s.</summary>
    public bool IsExport { get; }

    /// <summary>Whether its records are encrypted and authenticated in one step.</summary>
    public bool IsAead =>
        Cipher.Contains("_GCM", StringComparison.Ordinal) || Cipher.Contains("_CCM", StringComparison.Ordinal)
        || Cipher.Contains("_POLY1305", StringComparison.Ordinal) || Cipher.Contains("_MGM", StringComparison.Ordinal)
        || Cipher.StartsWith("AEGIS_", StringComparison.Ordinal);

    /// <summary>
    /// Whether the session key comes from key shares of this session alone, so that no key that the server keeps opens it.
    /// That holds only when the server makes its share anew each time.
    /// </summary>
    public bool IsEphemeral => KeyExchange is KeyExchange.Separate or KeyExchange.Dhe or KeyExchange.Ecdhe
        or KeyExchange.DhePsk or KeyExchange.EcdhePsk or KeyExchange.Eccpwd or KeyExchange.Srp
        or KeyExchange.AnonymousDh or KeyExchange.AnonymousEcdh;

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static KeyExchange ReadKeyExchange(string text) => text.Replace("_EXPORT1024", "", StringComparison.Ordinal)
        .Replace("_EXPORT", "", StringComparison.Ordinal) switch
    {
        "DHE_RSA" or "DHE_DSS" => KeyExchange.Dhe,
        "ECDHE_RSA" or "ECDHE_ECDSA" => KeyExchange.Ecdhe,
        // CCM_8 suites of RFC 6655 have the two words the other way round.
        "DHE_PSK" or "PSK_DHE" => KeyExchange.DhePsk,
        "ECDHE_PSK" => KeyExchange.EcdhePsk,
        "ECCPWD" => KeyExchange.Eccpwd,
        "SRP_SHA" or "SRP_SHA_RSA" or "SRP_SHA_DSS" => KeyExchange.Srp,
        "DH_anon" => KeyExchange.AnonymousDh,
        "ECDH_anon" => KeyExchange.AnonymousEcdh,
        "RSA" or "RSA_FIPS" => KeyExchange.Rsa,
        "DH_RSA" or "DH_DSS" => KeyExchange.StaticDh,
        "ECDH_RSA" or "ECDH_ECDSA" => KeyExchange.StaticEcdh,
        "PSK" => KeyExchange.Psk,
        "RSA_PSK" => KeyExchange.RsaPsk,
        "KRB5" => KeyExchange.Kerberos,
        "GOSTR341094" or "GOSTR341001" or "GOSTR341112_256" => KeyExchange.Gost,
        "NULL" => KeyExchange.None,
        _ => throw new FormatException($"the registry has a suite with an unknown key exchange: {text}"),
    };

    private static Authentication ReadAuthentication(string text) => text switch
    {
        _ when text.Contains("anon", StringComparison.Ordinal) || text == "NULL" => Authentication.None,
        _ when text.Contains("ECDSA", StringComparison.Ordinal) => Authentication.Ecdsa,
        _ when text.Contains("RSA", StringComparison.Ordinal) => Authentication.Rsa,
        _ when text.Contains("DSS", StringComparison.Ordinal) => Authentication.Dss,
        _ when text.StartsWith("GOST", StringComparison.Ordinal) => Authentication.Gost,
        _ when text.StartsWith("KRB5", StringComparison.Ordinal) => Authentication.Kerberos,
        _ => Authentication.SharedSecret,
    };

    private sealed class NameConverter : JsonConverter<CipherSuite>
    {
        public override CipherSuite Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            CipherSuites.Find(reader.GetString() ?? "") ?? throw new JsonException("no cipher suite has this name");

        public override void Write(Utf8JsonWriter writer, CipherSuite value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
