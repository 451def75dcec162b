using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Kems;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>ML-KEM (FIPS 203): the server sends a secret that is encapsulated to the client's key.</summary>
internal sealed class EncapsulationAgreement : KeyAgreement
{
    private readonly MLKemParameters _parameters;
    private readonly MLKemPrivateKeyParameters _private;

    public EncapsulationAgreement(string name)
    {
        _parameters = Parameters(name);
        var generator = new MLKemKeyPairGenerator();
        generator.Init(new MLKemKeyGenerationParameters(new SecureRandom(), _parameters));
        var pair = generator.GenerateKeyPair();
        _private = (MLKemPrivateKeyParameters)pair.Private;
        Share = ((MLKemPublicKeyParameters)pair.Public).GetEncoded();
    }

    /// <inheritdoc/>
    public override byte[] Share { get; }

    /// <summary>The length of a secret encapsulated by ML-KEM-768 (FIPS 203 table 3).</summary>
    public const int Length768 = 1088;

    /// <inheritdoc/>
    public override byte[] Agree(byte[] serverShare)
    {
        var decapsulator = new MLKemDecapsulator(_parameters);
        decapsulator.Init(_private);
        if (serverShare.Length != decapsulator.EncapsulationLength)
            throw new WireFormatException(
                $"its key share has {serverShare.Length} bytes instead of {decapsulator.EncapsulationLength}");
        var secret = new byte[decapsulator.SecretLength];
        decapsulator.Decapsulate(serverShare, 0, serverShare.Length, secret, 0, secret.Length);
        return secret;
    }

    private static MLKemParameters Parameters(string name) => name switch
    {
        "MLKEM512" => MLKemParameters.ml_kem_512,
        "MLKEM768" => MLKemParameters.ml_kem_768,
        _ => MLKemParameters.ml_kem_1024,
    };
}
