using System.Buffers;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Mail;

/// <summary>Collects bytes in a buffer from the pool, which is erased before it goes back.</summary>
internal sealed class PooledWriter : IBufferWriter<byte>
{
    private ScratchBuffer _buffer;
    private int _written;

    /// <summary>What was written since the last <see cref="Reset"/>.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.Use(_written);

    /// <summary>Begins anew, with room for <paramref name="size"/> bytes.</summary>
    public void Reset(int size)
    {
        Return();
        _buffer = ScratchBuffer.Rent(size);
        _written = 0;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Return()
    {
        _buffer.Use(_written);
        _buffer.Return();
    }

    /// <inheritdoc/>
    public void Advance(int count) => _written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.Memory[_written..];

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
