using System.Buffers.Binary;
using System.Security.Cryptography;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.Tests.OpenSsl;

/// <summary>The key derivation against published vectors and against .NET's own primitives.</summary>
public class KeyScheduleTests
{
    private static readonly byte[] Prefix = "tls13 "u8.ToArray();
    private static readonly byte[] Derived = "derived"u8.ToArray();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Hmac_AnyKeyAndMessageLength_IsNets(int hashIndex)
    {
        var hash = (TlsHash)hashIndex;
        var random = new Random(1);
        for (var keyLength = 0; keyLength <= 200; keyLength += 7)
        {
            var key = Bytes(random, keyLength);
            for (var length = 0; length <= 300; length += 13)
            {
                var message = Bytes(random, length);
                using var mac = new Hmac(hash, key);
                // In two pieces: where the cut falls makes no difference.
                mac.Update(message.AsSpan(0, length / 3));
                mac.Update(message.AsSpan(length / 3));
                var result = new byte[Hmac.Length(hash)];
                mac.Finish(result);

                Assert.Equal(hash == TlsHash.Sha256 ? HMACSHA256.HashData(key, message) : HMACSHA384.HashData(key, message), result);
            }
        }
    }

    [Fact]
    public void Dispose_Hmac_LeavesNothingOfTheKey()
    {
        var mac = new Hmac(TlsHash.Sha256, "a key"u8);
        Assert.False(IsZero(ref mac));

        mac.Dispose();

        Assert.True(IsZero(ref mac));
    }

    [Fact]
    public void TryExtract_Rfc8448Section3_GivesItsSecrets()
    {
        var early = new byte[32];
        var handshake = new byte[32];
        var shared = Convert.FromHexString("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");

        Assert.True(KeySchedule.TryExtract(TlsHash.Sha256, default, Prefix, Derived, default, early));
        Assert.True(KeySchedule.TryExtract(TlsHash.Sha256, early, Prefix, Derived, shared, handshake));

        Assert.Equal("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a", Convert.ToHexStringLower(early));
        Assert.Equal("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac", Convert.ToHexStringLower(handshake));
    }

    [Fact]
    public void TryExpandLabel_Rfc8448Section3_GivesTheDerivedSecret()
    {
        var early = Convert.FromHexString("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a");
        var derived = new byte[32];

        Assert.True(KeySchedule.TryExpandLabel(TlsHash.Sha256, early, Prefix, Derived, SHA256.HashData([]), derived));

        Assert.Equal("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba", Convert.ToHexStringLower(derived));
    }

    [Theory]
    [InlineData(0, 12)]
    [InlineData(0, 32)]
    [InlineData(0, 100)]
    [InlineData(0, 255 * 32)]
    [InlineData(1, 32)]
    [InlineData(1, 48)]
    [InlineData(1, 49)]
    public void TryExpandLabel_AnyLength_IsNetsHkdfOfTheLabelStructure(int hashIndex, int length)
    {
        var hash = (TlsHash)hashIndex;
        var secret = Bytes(new Random(2), Hmac.Length(hash));
        var context = Bytes(new Random(3), Hmac.Length(hash));
        byte[] structure = [0, 0, 18, .. "tls13 c hs traffic"u8, (byte)context.Length, .. context];
        BinaryPrimitives.WriteUInt16BigEndian(structure, (ushort)length);
        var output = new byte[length];

        Assert.True(KeySchedule.TryExpandLabel(hash, secret, Prefix, "c hs traffic"u8, context, output));

        var name = hash == TlsHash.Sha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;
        Assert.Equal(HKDF.Expand(name, secret, length, structure), output);
    }

    [Fact]
    public void TryExpandLabel_MoreThanItsLengthBytesCanSay_IsRefused()
    {
        var secret = new byte[32];

        Assert.True(KeySchedule.TryExpandLabel(TlsHash.Sha256, secret, Prefix, new byte[249], new byte[255], new byte[32]));
        Assert.False(KeySchedule.TryExpandLabel(TlsHash.Sha256, secret, Prefix, new byte[250], default, new byte[32]));
        Assert.False(KeySchedule.TryExpandLabel(TlsHash.Sha256, secret, Prefix, default, new byte[256], new byte[32]));
        Assert.False(KeySchedule.TryExpandLabel(TlsHash.Sha256, secret, Prefix, default, default, new byte[(255 * 32) + 1]));
        Assert.False(KeySchedule.TryExtract(TlsHash.Sha384, default, Prefix, Derived, default, new byte[32]));
    }

    [Fact]
    public void Prf_PublishedVector_IsMatched()
    {
        // The vector that the IETF's TLS working group agreed on for P_SHA256 with TLS 1.2.
        var secret = Convert.FromHexString("9bbe436ba940f017b17652849a71db35");
        byte[] seed = [.. "test label"u8, .. Convert.FromHexString("a0ba9f936cda311827a6f796ffd5198c")];
        var output = new byte[100];

        KeySchedule.Prf(TlsHash.Sha256, secret, seed, output);

        Assert.Equal(
            "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17"
            + "abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
            Convert.ToHexStringLower(output));
    }

    [Theory]
    [InlineData("SHA2-256", 0)]
    [InlineData("SHA256", 0)]
    [InlineData("SHA2-384", 1)]
    [InlineData("SHA-384", 1)]
    [InlineData("SHA2-512", null)]
    [InlineData("MD5-SHA1", null)]
    [InlineData("", null)]
    public void HashOf_Name_IsOneOfTheSuites(string name, int? expected)
    {
        Assert.Equal((TlsHash?)expected, KeyDerivation.HashOf(System.Text.Encoding.ASCII.GetBytes(name)));
    }

    private static unsafe bool IsZero(ref Hmac mac)
    {
        fixed (Hmac* start = &mac)
        {
            // The hash's choice stands beside the two states and is no secret: SHA-256 is 0.
            return !new ReadOnlySpan<byte>(start, sizeof(Hmac)).ContainsAnyExcept((byte)0);
        }
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
