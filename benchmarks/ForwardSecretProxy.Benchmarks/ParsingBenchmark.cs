using BenchmarkDotNet.Attributes;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Provider;

namespace ForwardSecretProxy.Benchmarks;

/// <summary>What every handshake parses on our side.</summary>
[MemoryDiagnoser]
public class ParsingBenchmark
{
    private readonly byte[] _serverName = [0, 18, 0, 0, 15, .. "www.example.org"u8];
    private readonly byte[] _certificateVerify =
        [.. Enumerable.Repeat((byte)' ', 64), .. "TLS 1.3, server CertificateVerify\0"u8, .. new byte[32]];

    [Benchmark]
    public int ServerName()
    {
        Span<char> name = stackalloc char[ServerNameReader.MaxNameLength];
        return ServerNameReader.TryRead(_serverName, name, out var length) ? length : throw new InvalidOperationException();
    }

    [Benchmark]
    public bool SignedBlock() => SignedContent.Classify(_certificateVerify) == SignedShape.Tls13CertificateVerify;
}
