using System.Buffers;
using System.Net;
using ForwardSecretProxy.OpenSsl.Sockets;

namespace ForwardSecretProxy.Clients;

/// <summary>Takes the PROXY protocol's header off a connection, and not one byte more.</summary>
internal static class ProxyHeaderReader
{
    /// <summary>Reads the header.</summary>
    /// <param name="connection">Nothing was read from it yet.</param>
    /// <param name="own">The connection's own address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The client's address; null when there is no header, or the connection has ended in the middle of it.</returns>
    /// <exception cref="OperationCanceledException">It did not come in time.</exception>
    public static async ValueTask<IPEndPoint?> ReadAsync(
        IPrelude connection, IPEndPoint own, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ProxyHeader.MaxLength);
        try
        {
            var seen = 0;
            while (true)
            {
                seen = await connection.PeekAsync(buffer.AsMemory(0, ProxyHeader.MaxLength), seen, cancellationToken);
                var header = ProxyHeader.Parse(buffer.AsSpan(0, seen));
                if (seen == 0 || header.Status == ProxyHeaderStatus.Invalid) return null;
                if (header.Status == ProxyHeaderStatus.Incomplete) continue;
                return connection.Skip(header.Length) ? header.Client ?? own : null;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
