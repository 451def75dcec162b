using System.Security.Cryptography;
using ForwardSecretProxy.Audit.KeyAgreements;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;
using Org.BouncyCastle.Crypto.Encodings;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The client's half of a key exchange in TLS 1.2 and before.</summary>
/// <param name="Premaster">The secret that both sides have then.</param>
/// <param name="Message">The ClientKeyExchange's body (RFC 5246 section 7.4.7).</param>
internal sealed record Tls12KeyExchange(byte[] Premaster, byte[] Message)
{
    /// <summary>Answers a ServerKeyExchange.</summary>
    public static Tls12KeyExchange Answer(ServerKeyExchange exchange)
    {
        if (exchange.Prime is { } prime)
        {
            var finite = new FiniteFieldAgreement(prime, exchange.Generator!);
            var secret = finite.Agree(exchange.Share);
            // Leading zeros go (RFC 5246 section 8.1.2); in TLS 1.3 they stay.
            return new Tls12KeyExchange([.. secret.SkipWhile(one => one == 0)], WireWriter.Build(body => body.Vector16(finite.Share)));
        }

        var group = NamedGroups.Find(exchange.Group!.Value);
        if (group is null || KeyAgreement.Create(group) is not { } agreement)
            throw new WireFormatException($"its key exchange is in group {exchange.Group}, which cannot be computed with here");
        return new Tls12KeyExchange(agreement.Agree(exchange.Share), WireWriter.Build(body => body.Vector8(agreement.Share)));
    }

    /// <summary>Encrypts a secret to the certificate's RSA key (RFC 5246 section 7.4.7.1).</summary>
    /// <param name="certificate">In DER.</param>
    /// <param name="offered">The version of the ClientHello.</param>
    public static Tls12KeyExchange Encrypt(byte[] certificate, TlsVersion offered)
    {
        byte[] premaster = [(byte)((int)offered >> 8), (byte)offered, .. RandomNumberGenerator.GetBytes(46)];
        try
        {
            var key = PublicKeyFactory.CreateKey(HandshakeSignatures.PublicKeyOf(certificate)) as RsaKeyParameters
                ?? throw new WireFormatException("its certificate has no RSA key, and its suite needs one");
            var engine = new Pkcs1Encoding(new RsaEngine());
            engine.Init(forEncryption: true, new ParametersWithRandom(key, new SecureRandom()));
            var encrypted = engine.ProcessBlock(premaster, 0, premaster.Length);
            return new Tls12KeyExchange(premaster, WireWriter.Build(body => body.Vector16(encrypted)));
        }
        catch (Exception exception) when (HandshakeSignatures.IsBadInput(exception))
        {
            throw new WireFormatException("its certificate's RSA key cannot be used");
        }
    }
}
