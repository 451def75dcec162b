using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Sends some bytes together with the first that are written, in one packet.</summary>
internal sealed class PrefixedStream(Stream inner, byte[] prefix) : AsyncStream
{
    private byte[]? _prefix = prefix;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_prefix is { } first)
        {
            _prefix = null;
            buffer = (byte[])[.. first, .. buffer.Span];
        }

        return inner.WriteAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
