using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>One HTTP/2 connection, frame by frame (RFC 9113), for what ordinary clients hide.</summary>
internal sealed class Http2Client : IAsyncDisposable
{
    /// <summary>RFC 9113 section 6.4.</summary>
    public const byte ResetStream = 3;

    /// <summary>RFC 9113 section 6.8.</summary>
    public const byte Goaway = 7;

    private const byte Headers = 1;
    private const byte Settings = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SslStream _tls;
    private int _nextStream = 1;

    private Http2Client(SslStream tls) => _tls = tls;

    /// <summary>Connects to 127.0.0.1, and says the preface.</summary>
    public static async Task<Http2Client> ConnectAsync(int port, TestAuthority authority)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Patience);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = ProxyFixture.DefaultName,
            CertificateChainPolicy = authority.TrustOnlyThis(),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        }).WaitAsync(Patience);
        var client = new Http2Client(tls);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await client.WriteAsync(Settings, 0, 0, []);
        return client;
    }

    /// <summary>Sends a GET on a stream of its own.</summary>
    public async Task SendAsync(string path)
    {
        // RFC 7541: ":method: GET" and ":scheme: https" from the static table, ":path" and ":authority" as literals.
        byte[] block = [0x82, 0x87, 0x04, .. Literal(path), 0x01, .. Literal(ProxyFixture.DefaultName)];
        await WriteAsync(Headers, flags: 0x05, _nextStream, block);
        _nextStream += 2;
    }

    /// <summary>Sends a frame.</summary>
    public async Task WriteAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await _tls.WriteAsync(frame).AsTask().WaitAsync(Patience);
    }

    /// <summary>The frames up to the first of the type, that one included.</summary>
    public async Task<IReadOnlyList<Http2Frame>> ReadUntilAsync(byte type)
    {
        var frames = new List<Http2Frame>();
        do
            frames.Add(await ReadAsync() ?? throw new EndOfStreamException($"No frame of type {type} came."));
        while (frames[^1].Type != type);
        return frames;
    }

    /// <summary>All frames until the server closes.</summary>
    public async Task<IReadOnlyList<Http2Frame>> ReadToEndAsync()
    {
        var frames = new List<Http2Frame>();
        while (await ReadAsync() is { } frame)
            frames.Add(frame);
        return frames;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _tls.DisposeAsync();

    private async Task<Http2Frame?> ReadAsync()
    {
        var head = new byte[9];
        if (await _tls.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false).AsTask().WaitAsync(Patience) < head.Length)
            return null;
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
        await _tls.ReadExactlyAsync(payload).AsTask().WaitAsync(Patience);
        return new Http2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    private static byte[] Literal(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}

/// <summary>A frame (RFC 9113 section 4.1).</summary>
internal sealed record Http2Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    /// <summary>Whether it is the last of its stream: END_STREAM on HEADERS or DATA.</summary>
    public bool EndsStream => Type <= 1 && (Flags & 1) != 0;
}
