using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Passes everything through and keeps the first bytes read: a server's first record is in the clear.</summary>
internal sealed class FirstBytesStream(Stream inner) : AsyncStream
{
    private readonly byte[] _first = new byte[4096];
    private int _count;

    /// <summary>The server's first record.</summary>
    public ServerAnswer FirstAnswer() =>
        ServerAnswer.Parse(_first[0], _first.AsSpan(5, (_first[3] << 8) + _first[4]));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        var kept = Math.Min(count, _first.Length - _count);
        buffer.Span[..kept].CopyTo(_first.AsSpan(_count));
        _count += kept;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);
}
