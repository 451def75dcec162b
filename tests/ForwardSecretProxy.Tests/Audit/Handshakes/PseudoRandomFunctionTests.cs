using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Registry;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace ForwardSecretProxy.Tests.Audit.Handshakes;

/// <summary>The key derivation of TLS 1.2 and before.</summary>
public sealed class PseudoRandomFunctionTests
{
    [Fact]
    public void Derive_PublishedVector_IsTheSame()
    {
        // The vector of P_SHA256 that the working group's list has (message 03416 of its archive).
        var secret = Convert.FromHexString("9bbe436ba940f017b17652849a71db35");
        var seed = Convert.FromHexString("a0ba9f936cda311827a6f796ffd5198c");

        var output = new PseudoRandomFunction(TlsVersion.Tls12, HashAlgorithmName.SHA256).Derive(secret, "test label", seed, 100);

        Assert.Equal("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f"
            + "a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
            Convert.ToHexStringLower(output));
    }

    [Theory]
    [InlineData(TlsVersion.Tls10, "SHA256", PrfAlgorithm.tls_prf_legacy, 48)]
    [InlineData(TlsVersion.Tls11, "SHA384", PrfAlgorithm.tls_prf_legacy, 47)]
    [InlineData(TlsVersion.Tls12, "SHA256", PrfAlgorithm.tls_prf_sha256, 48)]
    [InlineData(TlsVersion.Tls12, "SHA384", PrfAlgorithm.tls_prf_sha384, 129)]
    public void Derive_AnySecret_IsAsBouncyCastleHasIt(TlsVersion version, string hash, int algorithm, int secretLength)
    {
        var secret = RandomNumberGenerator.GetBytes(secretLength);
        var seed = RandomNumberGenerator.GetBytes(64);
        var other = new BcTlsCrypto(new SecureRandom()).CreateSecret((byte[])secret.Clone());

        foreach (var length in (int[])[1, 12, 48, 104, 200])
        {
            var expected = other.DeriveUsingPrf(algorithm, "key expansion", seed, length).Extract();
            var function = new PseudoRandomFunction(version, new HashAlgorithmName(hash));
            Assert.Equal(expected, function.Derive(secret, "key expansion", seed, length));
            other = new BcTlsCrypto(new SecureRandom()).CreateSecret((byte[])secret.Clone());
        }
    }
}
