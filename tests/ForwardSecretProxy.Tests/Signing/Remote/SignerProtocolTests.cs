using System.Security.Cryptography;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Tests.Signing.Remote;

public class SignerProtocolTests
{
    private static readonly UInt128 Key = new(0x0123456789abcdef, 0xfedcba9876543210);

    [Fact]
    public void Request_Written_IsReadTheSame()
    {
        var block = SignedBlocks.ServerKeyExchange(24, 97);
        var packet = Request(block);

        Assert.True(SignerProtocol.TryReadRequest(packet, out var scheme, out var number, out var key, out var read));
        Assert.Equal((SignatureScheme.EcdsaSecp384r1Sha384, 0xAABBCCDD, Key), (scheme, number, key));
        Assert.Equal(block, read);
    }

    [Fact]
    public void Request_CutAnywhereBeforeTheBlock_IsNone()
    {
        var packet = Request(SignedBlocks.CertificateVerify(32));

        // Its header alone would be a test, if it said so.
        for (var length = 0; length <= SignerProtocol.RequestHeader; length++)
            Assert.False(SignerProtocol.TryReadRequest(packet.AsSpan(0, length), out _, out _, out _, out _), $"{length}");
        // The control: one byte of a block makes it one, whatever the desk then says of it.
        Assert.True(SignerProtocol.TryReadRequest(packet.AsSpan(0, SignerProtocol.RequestHeader + 1), out _, out _, out _, out _));
    }

    [Fact]
    public void Request_BlockTooLong_IsNone()
    {
        Assert.True(SignerProtocol.TryReadRequest(Request(new byte[SignerProtocol.MaxBlock]), out _, out _, out _, out _));
        Assert.False(SignerProtocol.TryReadRequest(
            [.. Request(new byte[SignerProtocol.MaxBlock]), 0], out _, out _, out _, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Request_OtherKindOrVersion_IsNone(int position)
    {
        var packet = Request(SignedBlocks.CertificateVerify(32));
        packet[position]++;

        Assert.False(SignerProtocol.TryReadRequest(packet, out _, out _, out _, out _));
    }

    [Fact]
    public void Answer_Written_IsReadTheSame()
    {
        var packet = new byte[SignerProtocol.MaxAnswer];
        SignerProtocol.WriteAnswerHeader(packet, SignStatus.Signed, 0x80000001);
        RandomNumberGenerator.Fill(packet.AsSpan(SignerProtocol.AnswerHeader, 70));

        Assert.True(SignerProtocol.TryReadAnswer(
            packet.AsSpan(0, SignerProtocol.AnswerHeader + 70), out var status, out var number, out var content));
        Assert.Equal((SignStatus.Signed, 0x80000001), (status, number));
        Assert.Equal(packet.AsSpan(SignerProtocol.AnswerHeader, 70), content);
    }

    [Fact]
    public void Answer_TooShortTooLongOrOfAnUnknownStatus_IsNone()
    {
        var packet = new byte[SignerProtocol.MaxAnswer + 1];
        SignerProtocol.WriteAnswerHeader(packet, SignStatus.Unavailable, 1);

        for (var length = 0; length < SignerProtocol.AnswerHeader; length++)
            Assert.False(SignerProtocol.TryReadAnswer(packet.AsSpan(0, length), out _, out _, out _));
        Assert.False(SignerProtocol.TryReadAnswer(packet, out _, out _, out _));
        Assert.True(SignerProtocol.TryReadAnswer(packet.AsSpan(0, SignerProtocol.MaxAnswer), out _, out _, out _));
        packet[2]++;
        Assert.False(SignerProtocol.TryReadAnswer(packet.AsSpan(0, SignerProtocol.MaxAnswer), out _, out _, out _));
    }

    [Fact]
    public void Refusal_LongReason_IsCut()
    {
        var packet = new byte[SignerProtocol.MaxAnswer];

        var length = SignerProtocol.WriteRefusal(packet, SignStatus.Failed, 9, new string('€', 10_000));

        Assert.True(SignerProtocol.TryReadAnswer(packet.AsSpan(0, length), out var status, out _, out var content));
        Assert.Equal(SignStatus.Failed, status);
        Assert.Equal(new string('€', content.Length / 3), System.Text.Encoding.UTF8.GetString(content));
    }

    internal static byte[] Request(byte[] block, uint number = 0xAABBCCDD, UInt128? key = null,
        SignatureScheme scheme = SignatureScheme.EcdsaSecp384r1Sha384)
    {
        var packet = new byte[SignerProtocol.RequestHeader + block.Length];
        Assert.Equal(packet.Length, SignerProtocol.WriteRequest(packet, scheme, number, key ?? Key, block));
        return packet;
    }
}
