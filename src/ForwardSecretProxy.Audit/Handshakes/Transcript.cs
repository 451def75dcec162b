using System.Buffers;
using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>The handshake messages of both sides, in their order.</summary>
internal sealed class Transcript
{
    private readonly ArrayBufferWriter<byte> _messages = new();

    /// <summary>Adds a message.</summary>
    public void Add(HandshakeMessage message) => _messages.Write(message.Encode());

    /// <summary>The hash of all, and of what comes behind them.</summary>
    public byte[] Hash(HashAlgorithmName hash, ReadOnlySpan<byte> behind = default)
    {
        using var hashing = IncrementalHash.CreateHash(hash);
        hashing.AppendData(_messages.WrittenSpan);
        hashing.AppendData(behind);
        return hashing.GetHashAndReset();
    }

    /// <summary>Puts the hash of all in the place of all, as a HelloRetryRequest does (RFC 8446 section 4.4.1).</summary>
    public void Fold(HashAlgorithmName hash)
    {
        var folded = new HandshakeMessage(HandshakeType.MessageHash, Hash(hash));
        _messages.Clear();
        Add(folded);
    }
}
