using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Utilities;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>Curves with two coordinates, points uncompressed (RFC 8422 section 5.4, RFC 8446 section 4.2.8.2).</summary>
internal sealed class CurveAgreement : KeyAgreement
{
    private readonly ECPrivateKeyParameters _private;

    public CurveAgreement(string name)
        : this(Find(name) ?? throw new ArgumentException($"no curve is called {name}"))
    {
    }

    private CurveAgreement(X9ECParameters curve)
    {
        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(new ECDomainParameters(curve), new SecureRandom()));
        var pair = generator.GenerateKeyPair();
        _private = (ECPrivateKeyParameters)pair.Private;
        Share = ((ECPublicKeyParameters)pair.Public).Q.GetEncoded(compressed: false);
    }

    /// <inheritdoc/>
    public override byte[] Share { get; }

    /// <summary>A new half, or null for a curve whose arithmetic is not there.</summary>
    public static CurveAgreement? For(NamedGroup group) =>
        Find(group.Name.Replace("tls13", "", StringComparison.Ordinal)) is { } curve ? new CurveAgreement(curve) : null;

    /// <inheritdoc/>
    public override byte[] Agree(byte[] serverShare)
    {
        try
        {
            var point = _private.Parameters.Curve.DecodePoint(serverShare);
            var agreement = new ECDHBasicAgreement();
            agreement.Init(_private);
            var secret = agreement.CalculateAgreement(new ECPublicKeyParameters(point, _private.Parameters));
            return BigIntegers.AsUnsignedByteArray(agreement.GetFieldSize(), secret);
        }
        // BouncyCastle has a different exception for each way not to be a point; of an empty one it reads behind the end.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            throw new WireFormatException("its key share is no point of the curve");
        }
    }

    private static X9ECParameters? Find(string name) => CustomNamedCurves.GetByName(name) ?? ECNamedCurveTable.GetByName(
        name == "curveSM2" ? "sm2p256v1" : name);
}
