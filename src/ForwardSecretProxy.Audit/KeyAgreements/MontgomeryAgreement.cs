using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>X25519 and X448 (RFC 7748; RFC 8446 section 7.4.2).</summary>
internal sealed class MontgomeryAgreement : KeyAgreement
{
    private readonly bool _isX448;
    private readonly AsymmetricKeyParameter _private;

    public MontgomeryAgreement(string name)
    {
        _isX448 = name == "x448";
        if (_isX448)
        {
            var key = new X448PrivateKeyParameters(new SecureRandom());
            (_private, Share) = (key, key.GeneratePublicKey().GetEncoded());
        }
        else
        {
            var key = new X25519PrivateKeyParameters(new SecureRandom());
            (_private, Share) = (key, key.GeneratePublicKey().GetEncoded());
        }
    }

    /// <inheritdoc/>
    public override byte[] Share { get; }

    /// <inheritdoc/>
    public override byte[] Agree(byte[] serverShare)
    {
        if (serverShare.Length != Share.Length)
            throw new WireFormatException($"its key share has {serverShare.Length} bytes instead of {Share.Length}");
        IRawAgreement agreement = _isX448 ? new X448Agreement() : new X25519Agreement();
        agreement.Init(_private);
        var secret = new byte[agreement.AgreementSize];
        try
        {
            agreement.CalculateAgreement(
                _isX448 ? new X448PublicKeyParameters(serverShare) : new X25519PublicKeyParameters(serverShare), secret, 0);
        }
        catch (InvalidOperationException)
        {
            throw new WireFormatException("its key share is a point of small order");
        }

        return secret;
    }
}
