using System.Collections.Concurrent;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>
/// What a signer does with a packet, whoever sent it. It looks at the whole block itself: whatever is not a TLS
/// handshake's is not signed, also for a serving process that was taken over.
/// </summary>
/// <param name="token">The one token it signs with.</param>
/// <param name="options">Its bounds.</param>
public sealed class SignerDesk(IToken token, SignerOptions options) : IPacketDesk
{
    /// <summary>More keys than any proxy has certificates; whoever asks for more is up to something.</summary>
    private const int MaxKeys = 1024;

    private readonly ConcurrentDictionary<UInt128, ServedKey> _keys = new();
    private readonly Lock _opening = new();

    /// <inheritdoc/>
    public int Answer(ReadOnlySpan<byte> packet, Span<byte> answer)
    {
        if (SignerProtocol.TryReadRequest(packet, out var scheme, out var number, out var key, out var block))
            return Sign(scheme, number, key, block, answer);
        return PacketExchange.Answer(packet, answer, SignerJson.Default.SignerQuestion, SignerJson.Default.SignerAnswer, Tell);
    }

    /// <summary>Answers in place of a desk that has no token.</summary>
    /// <param name="problem">Why not.</param>
    /// <param name="packet">As it came.</param>
    /// <param name="answer">64 KiB.</param>
    public static int AnswerWithout(string problem, ReadOnlySpan<byte> packet, Span<byte> answer) =>
        SignerProtocol.TryReadRequest(packet, out _, out var number, out _, out _)
            ? SignerProtocol.WriteRefusal(answer, SignStatus.Unavailable, number, problem)
            : PacketExchange.Answer(packet, answer, SignerJson.Default.SignerQuestion, SignerJson.Default.SignerAnswer,
                _ => new SignerAnswer { Failure = new SignerFailure(problem, 0, false, null) });

    private int Sign(SignatureScheme scheme, uint number, UInt128 handle, ReadOnlySpan<byte> block, Span<byte> answer)
    {
        if (!_keys.TryGetValue(handle, out var key))
            return SignerProtocol.WriteRefusal(answer, SignStatus.UnknownKey, number, "The signer does not know the key.");

        var (status, reason, length) = TrySign(key, scheme, block, answer[SignerProtocol.AnswerHeader..]);
        key.Count(status);
        if (reason is not null) return SignerProtocol.WriteRefusal(answer, status, number, reason);
        SignerProtocol.WriteAnswerHeader(answer, status, number);
        return SignerProtocol.AnswerHeader + length;
    }

    private (SignStatus Status, string? Reason, int Length) TrySign(
        ServedKey key, SignatureScheme scheme, ReadOnlySpan<byte> block, Span<byte> signature)
    {
        var isTest = block.IsEmpty;
        if (!isTest && (!SignedContent.Permits(scheme, block) || !key.Signer.Schemes.Contains(scheme)))
            return (SignStatus.Refused, "That is no block that a TLS server signs with this key.", 0);
        if (!key.TryTake())
            return (SignStatus.Limited, "The key has made as many signatures in this second as MaxSignaturesPerSecond allows.", 0);
        try
        {
            using var lease = Acquire();
            if (!isTest) return (SignStatus.Signed, null, key.Signer.Sign(lease, scheme, block, signature));
            key.Signer.Test(lease);
            return (SignStatus.Signed, null, 0);
        }
        catch (Exception exception) when (exception is SigningException or TokenException or OperationCanceledException)
        {
            return (token.Pool.IsAvailable ? SignStatus.Failed : SignStatus.Unavailable, exception.Message, 0);
        }
    }

    // This thread is the signer's own and has nothing else to do.
    private ISigningLease Acquire()
    {
        var lease = token.Pool.AcquireAsync(CancellationToken.None);
        return lease.IsCompletedSuccessfully ? lease.Result : lease.AsTask().GetAwaiter().GetResult();
    }

    private SignerAnswer Tell(SignerQuestion question)
    {
        try
        {
            return new SignerAnswer
            {
                Token = new TokenState(token.Info, options.Sessions, (long)options.CallTimeout.TotalMilliseconds,
                    token.Pool.IsAvailable ? null : $"The token \"{token.Info.Label}\" does not sign now."),
                Uses = question.Uses ? [.. _keys.Values.Select(key => key.Use)] : null,
                Key = question.Key is { } key ? Offer(key, question.PublicKey) : null,
            };
        }
        catch (Exception exception) when (exception is TokenException or SigningException or OperationCanceledException)
        {
            return new SignerAnswer { Failure = SignerFailure.Of(exception) };
        }
    }

    private OfferedKey Offer(string name, byte[]? publicKey)
    {
        if (!Pkcs11Uri.TryParse(name, out var uri, out var reason)) throw new TokenException(reason);
        lock (_opening)
        {
            // Passed through the gate each time that it is asked for, as it is by a reload.
            var signer = token.OpenSignerAsync(
                uri, publicKey is null ? default(ReadOnlyMemory<byte>?) : publicKey, CancellationToken.None).GetAwaiter().GetResult();
            var key = Find(signer) ?? Add(signer);
            key.Signer = signer;
            return new OfferedKey(key.Handle.ToString("x32", null), signer.SubjectPublicKeyInfo.ToArray(), signer.Report);
        }
    }

    // However it is called: a URI can be written in many ways, and each of them would have an allowance of its own.
    private ServedKey? Find(ITokenSigner signer) => _keys.Values.FirstOrDefault(known =>
        known.Signer.SubjectPublicKeyInfo.Span.SequenceEqual(signer.SubjectPublicKeyInfo.Span));

    private ServedKey Add(ITokenSigner signer)
    {
        if (_keys.Count >= MaxKeys) throw new TokenException($"The signer was asked for more than {MaxKeys} keys.");
        var key = new ServedKey(signer, options.MaxSignaturesPerSecond);
        _keys[key.Handle] = key;
        return key;
    }
}

/// <summary>A signer's bounds.</summary>
public sealed record SignerOptions
{
    /// <summary>The most signatures at once, which is how many sessions its token's pool may open.</summary>
    public required int Sessions { get; init; }

    /// <summary>How long one call into the module may take.</summary>
    public required TimeSpan CallTimeout { get; init; }

    /// <summary>The most signatures of one key in a second; null for as many as the token makes.</summary>
    public int? MaxSignaturesPerSecond { get; init; }
}
