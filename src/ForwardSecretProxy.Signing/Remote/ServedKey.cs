using System.Diagnostics;
using System.Security.Cryptography;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Signing.Remote;

/// <summary>A key that a signer signs with for others, what it has done, and how much more it may do in this second.</summary>
internal sealed class ServedKey
{
    private readonly int? _maxPerSecond;
    private volatile ITokenSigner _signer;
    private readonly Lock _gate = new();
    private double _allowance;
    private long _allowedAt;
    private long _signatures;
    private long _refused;
    private long _limited;
    private long _failed;

    /// <param name="signer">The key.</param>
    /// <param name="maxPerSecond">The most signatures in a second; null for as many as the token makes.</param>
    public ServedKey(ITokenSigner signer, int? maxPerSecond)
    {
        _signer = signer;
        _maxPerSecond = maxPerSecond;
        _allowance = maxPerSecond ?? 0;
        _allowedAt = Stopwatch.GetTimestamp();
        UInt128 handle = default;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<UInt128>(ref handle)));
        Handle = handle;
    }

    /// <summary>Its number in this life of the signer.</summary>
    public UInt128 Handle { get; }

    /// <summary>The key as it was asked for last: by the name that it has now, should it have got another one.</summary>
    public ITokenSigner Signer
    {
        get => _signer;
        set => _signer = value;
    }

    /// <summary>What was done with it.</summary>
    public KeyUse Use => new(_signer.Report.Key, Interlocked.Read(ref _signatures), Interlocked.Read(ref _refused),
        Interlocked.Read(ref _limited), Interlocked.Read(ref _failed));

    /// <summary>Takes one from what the key may sign in this second; false when nothing is left.</summary>
    public bool TryTake()
    {
        if (_maxPerSecond is not { } most) return true;
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            _allowance = Math.Min(most, _allowance + most * Stopwatch.GetElapsedTime(_allowedAt, now).TotalSeconds);
            _allowedAt = now;
            if (_allowance < 1) return false;
            _allowance--;
            return true;
        }
    }

    /// <summary>Counts what came of a request.</summary>
    public void Count(SignStatus status) => _ = status switch
    {
        SignStatus.Signed => Interlocked.Increment(ref _signatures),
        SignStatus.Refused => Interlocked.Increment(ref _refused),
        SignStatus.Limited => Interlocked.Increment(ref _limited),
        _ => Interlocked.Increment(ref _failed),
    };
}
