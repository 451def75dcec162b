using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>HTTP/2 frame by frame (RFC 9113 section 4), written by hand, so that nothing keeps a test from lying.</summary>
internal sealed class RawHttp2Client : IAsyncDisposable
{
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RawClient _client;

    private RawHttp2Client(RawClient client) => _client = client;

    /// <summary>Connects and sends the preface with empty settings.</summary>
    public static async Task<RawHttp2Client> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var client = new RawHttp2Client(await RawClient.ConnectAsync(port, SslApplicationProtocol.Http2, from));
        await client._client.SendAsync(Preface);
        await client.SendAsync(FrameType.Settings, 0, 0, []);
        return client;
    }

    /// <summary>Header fields as literals that are neither indexed nor compressed (RFC 7541 section 6.2.2).</summary>
    public static byte[] Encode(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }

        return [.. block];
    }

    /// <summary>The bytes of a frame.</summary>
    public static byte[] Frame(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>Sends a frame; whether the server still wants it is its affair.</summary>
    public Task SendAsync(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload) =>
        SendAsync(Frame(type, flags, stream, payload));

    /// <summary>Sends any bytes.</summary>
    public Task SendAsync(ReadOnlySpan<byte> bytes) => _client.SendAsync(Encoding.Latin1.GetString(bytes));

    /// <summary>How the server ends a stream or the connection.</summary>
    public async Task<Http2Outcome> OutcomeAsync(int stream)
    {
        while (await ReadAsync() is { } frame)
        {
            switch (frame.Type)
            {
                case FrameType.Headers when frame.Stream == stream:
                    return new Http2Outcome(Status: ReadStatus(frame.Payload));
                case FrameType.Reset when frame.Stream == stream:
                    return new Http2Outcome(StreamError: BinaryPrimitives.ReadInt32BigEndian(frame.Payload));
                case FrameType.GoAway:
                    return new Http2Outcome(ConnectionError: BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4)));
            }
        }

        return new Http2Outcome(Closed: true);
    }

    /// <summary>The next frame; null when the server has closed the connection.</summary>
    public async Task<RawHttp2Frame?> ReadAsync()
    {
        try
        {
            var header = new byte[9];
            await _client.Stream.ReadExactlyAsync(header).AsTask().WaitAsync(Patience);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >> 8];
            await _client.Stream.ReadExactlyAsync(payload).AsTask().WaitAsync(Patience);
            return new RawHttp2Frame((FrameType)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)), payload);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // RFC 7541: the seven statuses that have an index of their own, or a literal by name.
    private static int ReadStatus(ReadOnlySpan<byte> block)
    {
        while ((block[0] & 0xe0) == 0x20)
            block = block[(block[0] == 0x3f ? block[1..].IndexOfAnyInRange((byte)0, (byte)0x7f) + 2 : 1)..];
        int[] indexed = [200, 204, 206, 304, 400, 404, 500];
        if ((block[0] & 0x80) != 0)
            return indexed[(block[0] & 0x7f) - 8];
        return int.Parse(Encoding.ASCII.GetString(block[2..5]), System.Globalization.CultureInfo.InvariantCulture);
    }

    // RFC 7541 sections 5.1 and 5.2: a length of seven bits, or more with a continuation.
    private static void AddText(List<byte> block, string text)
    {
        const int most = 0x7f;
        if (text.Length < most)
        {
            block.Add((byte)text.Length);
        }
        else
        {
            block.Add(most);
            var rest = text.Length - most;
            for (; rest >= 0x80; rest >>= 7)
                block.Add((byte)(rest & 0x7f | 0x80));
            block.Add((byte)rest);
        }

        block.AddRange(Encoding.Latin1.GetBytes(text));
    }
}

/// <summary>A frame that came.</summary>
internal sealed record RawHttp2Frame(FrameType Type, byte Flags, int Stream, byte[] Payload);

/// <summary>An answer's status, an error of the stream or of the connection (RFC 9113 section 7), or just the end.</summary>
internal sealed record Http2Outcome(int? Status = null, int? StreamError = null, int? ConnectionError = null, bool Closed = false);

/// <summary>RFC 9113 section 6.</summary>
internal enum FrameType
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}
