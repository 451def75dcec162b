namespace ForwardSecretProxy.Tests.Audit.Probing;

/// <summary>A server in memory: it says what it is given, in pieces, whatever it is asked.</summary>
/// <param name="answer">What it says.</param>
/// <param name="piece">How much of it each read gets, at most.</param>
/// <param name="staysOpen">Whether it is silent behind its answer; otherwise it closes.</param>
internal sealed class ScriptedStream(byte[] answer, Func<int>? piece = null, bool staysOpen = false) : Stream
{
    private readonly MemoryStream _asked = new();
    private int _at;

    /// <summary>What it was sent.</summary>
    public byte[] Asked => _asked.ToArray();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_at == answer.Length && staysOpen)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        var count = Math.Min(Math.Min(buffer.Length, answer.Length - _at), piece?.Invoke() ?? int.MaxValue);
        answer.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _asked.WriteAsync(buffer, cancellationToken);

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
