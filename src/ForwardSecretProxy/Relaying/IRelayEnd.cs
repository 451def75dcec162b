namespace ForwardSecretProxy.Relaying;

/// <summary>
/// One of the two connections of a relay, as plaintext. One reader and one writer at a time; waiting holds no thread.
/// </summary>
internal interface IRelayEnd
{
    /// <summary>Reads what has arrived, or waits for it. An empty buffer waits only.</summary>
    /// <returns>The number of bytes; 0 at the end of the stream and for an empty buffer.</returns>
    /// <exception cref="IOException">The connection is broken.</exception>
    /// <exception cref="OperationCanceledException">Nothing was read; reading can go on later.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of it.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>Ends the outgoing stream; reading goes on.</summary>
    ValueTask EndAsync();

    /// <summary>Ends everything that waits on it; nothing more is read or written. At any time, from any thread.</summary>
    void Abort();
}
