using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Tests.Signing.Pkcs11;

public class EcdsaDerTests
{
    [Theory]
    // As it is; a leading zero goes; a high bit gets a zero before it; zero keeps one byte.
    [InlineData("0102", "0304", "3008" + "02020102" + "02020304")]
    [InlineData("0002", "0003", "3006" + "020102" + "020103")]
    [InlineData("8000", "7fff", "3009" + "0203008000" + "02027fff")]
    [InlineData("0080", "0001", "3007" + "02020080" + "020101")]
    [InlineData("0000", "0000", "3006" + "020100" + "020100")]
    [InlineData("ffff", "ffff", "300a" + "020300ffff" + "020300ffff")]
    public void Write_EdgeValues_AreShortestAndPositive(string r, string s, string expected)
    {
        Assert.Equal(expected, Convert.ToHexStringLower(Write(Convert.FromHexString(r + s))));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void Write_AllBitsSet_IsMaxLength(int width)
    {
        var signature = new byte[2 * width];
        signature.AsSpan().Fill(0xff);

        Assert.Equal(EcdsaDer.MaxLength(width), Write(signature).Length);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void Write_RandomSignatures_ReadBackTheSame(int width)
    {
        var random = new Random(20_260_101);
        for (var round = 0; round < 2_000; round++)
        {
            var signature = new byte[2 * width];
            random.NextBytes(signature);
            signature.AsSpan(0, random.Next(width)).Clear();

            var reader = new AsnReader(Write(signature), AsnEncodingRules.DER).ReadSequence();

            Assert.Equal(new BigInteger(signature.AsSpan(0, width), true, true), reader.ReadInteger());
            Assert.Equal(new BigInteger(signature.AsSpan(width), true, true), reader.ReadInteger());
            Assert.False(reader.HasData);
        }
    }

    [Fact]
    public void Write_RealSignature_IsWhatAVerifierReads()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var raw = key.SignData("message"u8.ToArray(), HashAlgorithmName.SHA256);

        Assert.True(key.VerifyData(
            "message"u8, Write(raw), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(132)]
    public void Write_ImpossibleLength_IsRefused(int length)
    {
        var signature = new byte[length];
        signature.AsSpan().Fill(0xff);

        Assert.Throws<ArgumentException>(() => Write(signature));
    }

    private static byte[] Write(byte[] signature)
    {
        var destination = new byte[200];
        return destination[..EcdsaDer.Write(signature, destination)];
    }
}
