namespace ForwardSecretProxy.OpenSsl.Sockets;

/// <summary>
/// What comes in plaintext before a connection is used for what it is for. It is looked at first and taken afterwards, so
/// that nothing of what follows it is taken with it.
/// </summary>
public interface IPrelude
{
    /// <summary>Waits until more than <paramref name="seen"/> bytes have come, and copies what is there, from its beginning.</summary>
    /// <param name="buffer">Room for more than <paramref name="seen"/> bytes.</param>
    /// <param name="seen">As many as the call before has given; 0 at first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many bytes there are, at most as many as the buffer holds; 0 when no more will come.</returns>
    /// <exception cref="OperationCanceledException">Nothing new came.</exception>
    ValueTask<int> PeekAsync(Memory<byte> buffer, int seen, CancellationToken cancellationToken);

    /// <summary>Takes bytes that were looked at.</summary>
    /// <returns>False when they are not there any more: the connection is gone.</returns>
    bool Skip(int count);
}
