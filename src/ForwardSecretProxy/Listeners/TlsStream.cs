using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Listeners;

/// <summary>A connection's plaintext as a stream, for the pipes that Kestrel reads and writes.</summary>
internal sealed class TlsStream(TlsConnection connection) : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var written = connection.WriteAsync(buffer, cancellationToken);
        return written.IsCompletedSuccessfully ? Check(written.Result) : AwaitAsync(written);

        static ValueTask Check(bool written) => written ? ValueTask.CompletedTask : ValueTask.FromException(Gone());

        static async ValueTask AwaitAsync(ValueTask<bool> written)
        {
            if (!await written) throw Gone();
        }

        static IOException Gone() => new("The client has closed the connection.");
    }

    /// <summary>Nothing is held back.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
