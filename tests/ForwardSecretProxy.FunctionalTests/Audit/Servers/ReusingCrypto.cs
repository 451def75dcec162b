using System.Collections.Concurrent;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Math.EC.Rfc7748;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Makes one key pair for each group, and uses it in all handshakes from then on.</summary>
internal sealed class ReusingCrypto : BrowserCrypto
{
    private readonly ConcurrentDictionary<string, Lazy<AsymmetricCipherKeyPair>> _pairs = [];
    private readonly byte[] _x25519 = new byte[X25519.ScalarSize];

    public ReusingCrypto() => X25519.GeneratePrivateKey(SecureRandom, _x25519);

    /// <inheritdoc/>
    public override TlsECDomain CreateECDomain(TlsECConfig ecConfig) => ecConfig.NamedGroup switch
    {
        NamedGroup.x25519 => new X25519Domain(this),
        NamedGroup.x448 => base.CreateECDomain(ecConfig),
        _ => new CurveDomain(this, ecConfig),
    };

    /// <inheritdoc/>
    public override TlsDHDomain CreateDHDomain(TlsDHConfig dhConfig) => new FieldDomain(this, dhConfig);

    private AsymmetricCipherKeyPair Once(string group, Func<AsymmetricCipherKeyPair> generate) =>
        _pairs.GetOrAdd(group, _ => new Lazy<AsymmetricCipherKeyPair>(generate)).Value;

    private sealed class CurveDomain(ReusingCrypto crypto, TlsECConfig config) : BcTlsECDomain(crypto, config)
    {
        public override AsymmetricCipherKeyPair GenerateKeyPair() =>
            crypto.Once($"curve {m_config.NamedGroup}", base.GenerateKeyPair);
    }

    private sealed class FieldDomain(ReusingCrypto crypto, TlsDHConfig config) : BcTlsDHDomain(crypto, config)
    {
        public override AsymmetricCipherKeyPair GenerateKeyPair() =>
            crypto.Once($"field {m_domainParameters.P}", base.GenerateKeyPair);
    }

    private sealed class X25519Domain(ReusingCrypto crypto) : TlsECDomain
    {
        public TlsAgreement CreateECDH() => new X25519Agreement(crypto);
    }

    private sealed class X25519Agreement(ReusingCrypto crypto) : TlsAgreement
    {
        private byte[] _peer = [];

        public byte[] GenerateEphemeral()
        {
            var share = new byte[X25519.PointSize];
            X25519.GeneratePublicKey(crypto._x25519, 0, share, 0);
            return share;
        }

        public void ReceivePeerValue(byte[] peerValue) => _peer = peerValue.Length == X25519.PointSize
            ? peerValue
            : throw new TlsFatalAlert(AlertDescription.illegal_parameter);

        public TlsSecret CalculateSecret()
        {
            var secret = new byte[X25519.PointSize];
            return X25519.CalculateAgreement(crypto._x25519, 0, _peer, 0, secret, 0)
                ? crypto.CreateSecret(secret)
                : throw new TlsFatalAlert(AlertDescription.illegal_parameter);
        }
    }
}
