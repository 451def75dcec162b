using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>What a server of TLS 1.2 says before anything is encrypted.</summary>
internal static class FirstFlight
{
    private const byte HandshakeRecord = 22;
    private const byte ServerHello = 2;
    private const byte ServerKeyExchange = 12;
    private const int EcdheRsa = 0xc02f;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The server's random as Latin-1 (RFC 5246 section 7.4.1.3).</summary>
    public static async Task<string> ReadRandomAsync(int port) =>
        System.Text.Encoding.Latin1.GetString(await ReadAsync(port, ServerHello, EcdheRsa), 2, 32);

    /// <summary>
    /// The parameters and the server's share of a suite with RSA, without the signature over them, in hexadecimal
    /// (RFC 5246 section 7.4.3, RFC 8422 section 5.4).
    /// </summary>
    public static async Task<string> ReadShareAsync(int port, ushort suite)
    {
        var message = await ReadAsync(port, ServerKeyExchange, suite);
        return Convert.ToHexString(message, 0, suite == EcdheRsa ? 4 + message[3] : FieldLength(message));
    }

    // The prime, the generator and the share, each behind its length.
    private static int FieldLength(byte[] message)
    {
        var length = 0;
        for (var i = 0; i < 3; i++)
            length += 2 + BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(length));
        return length;
    }

    private static async Task<byte[]> ReadAsync(int port, byte wanted, ushort suite)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(ClientHello.ToRecords(ClientHello.Tls12().WithSuites(suite).ToMessage()), limit.Token);

        var messages = new MemoryStream();
        while (true)
        {
            var header = new byte[5];
            await stream.ReadExactlyAsync(header, limit.Token);
            Assert.Equal(HandshakeRecord, header[0]);
            var body = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3))];
            await stream.ReadExactlyAsync(body, limit.Token);
            messages.Write(body);
            if (Find(messages.ToArray(), wanted) is { } found)
                return found;
        }
    }

    private static byte[]? Find(ReadOnlySpan<byte> messages, byte wanted)
    {
        while (messages.Length >= 4)
        {
            var length = (messages[1] << 16) | BinaryPrimitives.ReadUInt16BigEndian(messages[2..]);
            if (messages.Length < 4 + length)
                return null;
            if (messages[0] == wanted)
                return messages.Slice(4, length).ToArray();
            messages = messages[(4 + length)..];
        }

        return null;
    }
}
