using System.Buffers;

namespace ForwardSecretProxy.Relaying;

/// <summary>
/// A buffer from the pool for what passes through. What was in it is erased before it goes back: it is the users' mail and
/// passwords.
/// </summary>
internal struct ScratchBuffer
{
    private byte[]? _array;
    private int _used;

    /// <summary>All of it, at least as long as was asked for.</summary>
    public readonly Memory<byte> Memory => _array;

    /// <summary>Whether there is one.</summary>
    public readonly bool IsRented => _array is not null;

    /// <summary>Takes one from the pool.</summary>
    public static ScratchBuffer Rent(int size) => new() { _array = ArrayPool<byte>.Shared.Rent(size) };

    /// <summary>The first <paramref name="count"/> bytes, which have been filled.</summary>
    public ReadOnlyMemory<byte> Use(int count)
    {
        _used = Math.Max(_used, count);
        return _array.AsMemory(0, count);
    }

    /// <summary>Gives it back; nothing for one that was given back already.</summary>
    public void Return()
    {
        if (_array is null) return;
        _array.AsSpan(0, _used).Clear();
        ArrayPool<byte>.Shared.Return(_array);
        _array = null;
    }
}
