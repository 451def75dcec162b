using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Tests.Signing;

public class SignedContentTests
{
    public static TheoryData<byte[]> Allowed =>
    [
        SignedBlocks.CertificateVerify(32),
        SignedBlocks.CertificateVerify(48),
        SignedBlocks.ServerKeyExchange(29, 32),
        SignedBlocks.ServerKeyExchange(23, 65),
        SignedBlocks.ServerKeyExchange(24, 97),
    ];

    public static TheoryData<string, byte[]> Foreign => new()
    {
        { "nothing", [] },
        { "a digest", new byte[32] },
        { "a longer digest", new byte[48] },
        { "text", "please sign this"u8.ToArray() },
        { "a client's CertificateVerify", SignedBlocks.CertificateVerify(32, "TLS 1.3, client CertificateVerify") },
        { "a transcript hash of SHA-512", SignedBlocks.CertificateVerify(64) },
        { "no transcript hash", SignedBlocks.CertificateVerify(0) },
        { "a finite-field exchange", SignedBlocks.ServerKeyExchange([0, 2, 23, 7, 0, 1, 2, 0, 1, 9]) },
        { "explicit prime curve parameters", SignedBlocks.ServerKeyExchange([1, 0, 23, 65, 4, .. new byte[64]]) },
        { "a curve that is not offered", SignedBlocks.ServerKeyExchange(25, 133) },
        { "a point of the wrong length", SignedBlocks.ServerKeyExchange(23, 33) },
        { "a compressed point", SignedBlocks.ServerKeyExchange([3, 0, 23, 65, 2, .. new byte[64]]) },
        { "a certificate's start", [0x30, 0x82, 0x01, 0x00, .. new byte[256]] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Classify_WhatATlsServerSigns_IsKnown(byte[] block) =>
        Assert.NotEqual(SignedShape.Unknown, SignedContent.Classify(block));

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Classify_AnythingElse_IsUnknown(string what, byte[] block)
    {
        Assert.NotEmpty(what);
        Assert.Equal(SignedShape.Unknown, SignedContent.Classify(block));
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Classify_EveryTruncationAndOneByteMore_IsUnknown(byte[] block)
    {
        // A SHA-384 transcript hash cut to 32 bytes cannot be told from one of SHA-256.
        const int shorterCertificateVerify = 64 + 34 + 32;
        for (var length = 0; length < block.Length; length++)
        {
            if (length != shorterCertificateVerify)
                Assert.Equal(SignedShape.Unknown, SignedContent.Classify(block.AsSpan(0, length)));
        }

        Assert.Equal(SignedShape.Unknown, SignedContent.Classify([.. block, 0]));
    }

    [Fact]
    public void Classify_AnyChangeInTheFixedPartOfACertificateVerify_IsUnknown()
    {
        const int fixedLength = 64 + 34;
        for (var at = 0; at < fixedLength; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var block = SignedBlocks.CertificateVerify(32);
                block[at] ^= (byte)(1 << bit);
                Assert.NotEqual(SignedShape.Tls13CertificateVerify, SignedContent.Classify(block));
            }
        }
    }

    [Fact]
    public void Classify_ChangedCurveOrLength_IsUnknown()
    {
        for (var at = 64; at < 68; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var block = SignedBlocks.ServerKeyExchange(29, 32);
                block[at] ^= (byte)(1 << bit);
                Assert.Equal(SignedShape.Unknown, SignedContent.Classify(block));
            }
        }
    }

    [Fact]
    public void Classify_RandomBlocks_AreUnknown()
    {
        var random = new Random(20261124);
        for (var i = 0; i < 100_000; i++)
        {
            var block = new byte[random.Next(300)];
            random.NextBytes(block);
            // Named-curve parameters cannot come about by chance but with a probability of one in 2^40.
            Assert.Equal(SignedShape.Unknown, SignedContent.Classify(block));
        }
    }
}
