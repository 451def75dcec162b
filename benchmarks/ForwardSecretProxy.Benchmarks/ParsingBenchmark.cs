using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>
/// What every handshake parses on our side: two extensions of the ClientHello, and the block to be signed. The rest of
/// the ClientHello is libssl's.
/// </summary>
public class ParsingBenchmark
{
    private readonly byte[] _serverName = [0, 18, 0, 0, 15, .. "www.example.org"u8];
    private readonly byte[] _offered = [2, .. "h2"u8, 8, .. "http/1.1"u8];
    private readonly ApplicationProtocols _protocols = new(["http/1.1"]);
    private readonly byte[] _certificateVerify =
        [.. Enumerable.Repeat((byte)' ', 64), .. "TLS 1.3, server CertificateVerify\0"u8, .. new byte[32]];
    private readonly byte[] _serverKeyExchange = [.. new byte[64], 3, 0, (byte)TlsGroups.X25519, 32, .. new byte[32]];

    /// <summary>The server_name extension, as the callback gets it.</summary>
    [Benchmark]
    public int ServerName()
    {
        Span<char> name = stackalloc char[ServerNameReader.MaxNameLength];
        return ServerNameReader.TryRead(_serverName, name, out var length)
            ? length
            : throw new InvalidOperationException();
    }

    /// <summary>The list of ALPN protocols, of which the second is ours.</summary>
    [Benchmark]
    public int ApplicationProtocol() =>
        _protocols.TrySelect(_offered, out var offset, out _) ? offset : throw new InvalidOperationException();

    [Benchmark]
    public bool CertificateVerify() => Is(_certificateVerify, SignedShape.Tls13CertificateVerify);

    [Benchmark]
    public bool ServerKeyExchange() => Is(_serverKeyExchange, SignedShape.Tls12ServerKeyExchange);

    private static bool Is(byte[] block, SignedShape shape) =>
        SignedContent.Classify(block) == shape ? true : throw new InvalidOperationException();
}
