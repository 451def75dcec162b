using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Utilities;

namespace ForwardSecretProxy.Audit.KeyAgreements;

/// <summary>The integers modulo a prime: a named group's (RFC 7919), or the server's own.</summary>
internal sealed class FiniteFieldAgreement : KeyAgreement
{
    /// <summary>Enough for every server that is; a longer one would only cost us time.</summary>
    private const int MostBits = 16384;

    private readonly BigInteger _prime;
    private readonly BigInteger _exponent;
    private readonly int _length;

    /// <summary>For the parameters of a ServerKeyExchange.</summary>
    /// <exception cref="WireFormatException">They cannot be computed with.</exception>
    public FiniteFieldAgreement(byte[] prime, byte[] generator)
        : this(new BigInteger(1, prime), new BigInteger(1, generator))
    {
    }

    private FiniteFieldAgreement(BigInteger prime, BigInteger generator)
    {
        if (prime.BitLength is < 2 or > MostBits || !prime.TestBit(0))
            throw new WireFormatException($"its Diffie-Hellman prime of {prime.BitLength} bits cannot be computed with");
        _prime = prime;
        _length = (prime.BitLength + 7) / 8;
        // Nothing that is secret in earnest hangs on it, and a short exponent is much faster.
        _exponent = new BigInteger(256, new SecureRandom());
        Share = BigIntegers.AsUnsignedByteArray(_length, generator.Mod(prime).ModPow(_exponent, prime));
    }

    /// <inheritdoc/>
    public override byte[] Share { get; }

    /// <summary>A new half for one of RFC 7919's groups.</summary>
    public static FiniteFieldAgreement? For(NamedGroup group) =>
        NamedFiniteFields.Find(group) is var (prime, generator) ? new FiniteFieldAgreement(prime, generator) : null;

    /// <summary>The secret with its leading zeros, as TLS 1.3 takes it (RFC 8446 section 7.4.1).</summary>
    public override byte[] Agree(byte[] serverShare)
    {
        var share = new BigInteger(1, serverShare);
        if (share.CompareTo(BigInteger.One) <= 0 || share.CompareTo(_prime.Subtract(BigInteger.One)) >= 0)
            throw new WireFormatException("its Diffie-Hellman share is out of range");
        return BigIntegers.AsUnsignedByteArray(_length, share.ModPow(_exponent, _prime));
    }
}
