using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Sends bytes to a TLS server and reads the first thing it answers.</summary>
internal static class HelloProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Sends <paramref name="records"/> on a new connection and reads one record or the end.</summary>
    public static async Task<ServerAnswer> SendAsync(int port, byte[] records)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await client.GetStream().WriteAsync(records, limit.Token);
            return await ReadAsync(client.GetStream(), limit.Token);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return ServerAnswer.Closed;
        }
    }

    /// <summary>Reads one record, or the end of the connection.</summary>
    public static async Task<ServerAnswer> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[5];
        if (await stream.ReadAtLeastAsync(header, header.Length, false, cancellationToken) < header.Length)
            return ServerAnswer.Closed;
        var body = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3))];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return ServerAnswer.Parse(header[0], body);
    }
}
