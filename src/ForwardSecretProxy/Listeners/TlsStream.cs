using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Listeners;

/// <summary>A connection's plaintext as a stream, for the pipes that Kestrel reads and writes.</summary>
internal sealed class TlsStream(TlsConnection connection) : AsyncStream
{
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
}
