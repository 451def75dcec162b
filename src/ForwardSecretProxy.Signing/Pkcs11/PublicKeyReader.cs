using System.Formats.Asn1;
using ForwardSecretProxy.Signing.Keys;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>Reads the public half of a key from its token.</summary>
internal sealed class PublicKeyReader(Pkcs11Module module)
{
    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string EcPublicKey = "1.2.840.10045.2.1";

    /// <summary>
    /// The public key of a private one: RSA from the private object itself, ECDSA from the public object with the same
    /// CKA_ID, or from the private one where the token keeps it there. Null when the token shows none.
    /// </summary>
    /// <exception cref="TokenException">The key is of a kind or size that is not supported, or malformed.</exception>
    public SubjectPublicKey? Read(ulong session, ulong privateKey)
    {
        var type = module.ReadPublicAttribute(session, privateKey, CKA.CKA_KEY_TYPE);
        var encoded = (CKK)ToULong(type) switch
        {
            CKK.CKK_RSA => ReadRsa(session, privateKey),
            CKK.CKK_EC => ReadEc(session, privateKey),
            var other => throw new TokenException($"The key is a {other} key; only CKK_EC and CKK_RSA can be used."),
        };
        return encoded is null ? null : SubjectPublicKey.Parse(encoded);
    }

    /// <summary>The same for a key that need not be of use: without a public key it says why.</summary>
    /// <exception cref="TokenException">The token failed.</exception>
    public (SubjectPublicKey? Key, string? Note) TryRead(ulong session, ulong privateKey)
    {
        try
        {
            var publicKey = Read(session, privateKey);
            return (publicKey, publicKey is null ? "The token shows no public key for it." : null);
        }
        catch (TokenException exception) when (exception.ReturnCode == 0)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>The public key object that belongs to a private one by its CKA_ID; null when there is none.</summary>
    public ulong? FindPublicObject(ulong session, ulong privateKey)
    {
        var id = module.ReadPublicAttribute(session, privateKey, CKA.CKA_ID);
        if (id.Length == 0)
            return null;

        using var template = new AttributeTemplate()
            .Add(CKA.CKA_CLASS, (ulong)CKO.CKO_PUBLIC_KEY)
            .Add(CKA.CKA_KEY_TYPE, module.ReadPublicAttribute(session, privateKey, CKA.CKA_KEY_TYPE))
            .Add(CKA.CKA_ID, id);
        return module.FindObjects(session, template) is [var only] ? only : null;
    }

    private byte[]? ReadRsa(ulong session, ulong privateKey)
    {
        var modulus = module.ReadPublicAttribute(session, privateKey, CKA.CKA_MODULUS);
        var exponent = module.ReadPublicAttribute(session, privateKey, CKA.CKA_PUBLIC_EXPONENT);

        // Optional on the private object; the public one always has both.
        if ((modulus.Length == 0 || exponent.Length == 0) && FindPublicObject(session, privateKey) is { } publicKey)
        {
            modulus = module.ReadPublicAttribute(session, publicKey, CKA.CKA_MODULUS);
            exponent = module.ReadPublicAttribute(session, publicKey, CKA.CKA_PUBLIC_EXPONENT);
        }

        return modulus.Length == 0 || exponent.Length == 0 ? null : EncodeRsa(modulus, exponent);
    }

    private byte[]? ReadEc(ulong session, ulong privateKey)
    {
        var parameters = module.ReadPublicAttribute(session, privateKey, CKA.CKA_EC_PARAMS);
        var holder = FindPublicObject(session, privateKey) ?? privateKey;
        var point = module.ReadPublicAttribute(session, holder, CKA.CKA_EC_POINT);
        return parameters.Length == 0 || point.Length == 0 ? null : EncodeEc(parameters, point);
    }

    private static byte[] EncodeRsa(byte[] modulus, byte[] exponent)
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteIntegerUnsigned(WithoutLeadingZeros(modulus));
            key.WriteIntegerUnsigned(WithoutLeadingZeros(exponent));
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(RsaEncryption);
                writer.WriteNull();
            }

            writer.WriteBitString(key.Encode());
        }

        return writer.Encode();
    }

    private static byte[] EncodeEc(byte[] parameters, byte[] point)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EcPublicKey);
                writer.WriteEncodedValue(parameters);
            }

            writer.WriteBitString(RawPoint(point));
        }

        return writer.Encode();
    }

    // The standard wraps the point in an OCTET STRING (tag 4); some modules leave that out, and an uncompressed point
    // also begins with 4. The length tells them apart.
    private static ReadOnlySpan<byte> RawPoint(ReadOnlySpan<byte> point) =>
        AsnDecoder.TryReadPrimitiveOctetString(point, AsnEncodingRules.DER, out var inner, out var consumed)
            && consumed == point.Length ? inner : point;

    private static ReadOnlySpan<byte> WithoutLeadingZeros(ReadOnlySpan<byte> integer)
    {
        var first = integer.IndexOfAnyExcept((byte)0);
        return first < 0 ? [0] : integer[first..];
    }

    private static ulong ToULong(byte[] value) =>
        value.Length == sizeof(ulong) ? BitConverter.ToUInt64(value) : ulong.MaxValue;
}
