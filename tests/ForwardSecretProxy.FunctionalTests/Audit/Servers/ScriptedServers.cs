using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Bench;
using Org.BouncyCastle.Tls;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>What no library does any more, and what broken machines on the way do: a relay in front of a good server.</summary>
internal static class ScriptedServers
{
    private static readonly BouncyCastleTraits OnlyTls12 = new() { Versions = [ProtocolVersion.TLSv12] };

    /// <summary>Them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        new("scripted-ssl2", made => Task.FromResult(Ssl2(made))) { Weaknesses = [Weaknesses.ProtocolVersions, Weaknesses.StaticKeyExchange] },
        new("scripted-compression", made => Task.FromResult(InFront(made, OnlyTls12, Compressing)))
            { Weaknesses = [Weaknesses.Compression] },
        // Not the server's fault, and nothing against its forward secrecy: the audit has to cope with it.
        new("scripted-tls13-intolerant", made => Task.FromResult(InFront(made, OnlyTls12,
            hello => hello.OffersTls13 ? null : (piece, _) => piece))),
    ];

    private static AuditedServer Ssl2(Identities made)
    {
        var answer = Ssl2ServerHello.ToRecord(made.Rsa.ReadChain()[0]);
        var good = BouncyCastleServer.Start(new BouncyCastleTraits(), made.Rsa);
        return Start(good, async (stream, hello, stop) =>
        {
            if (!hello.IsSsl2)
                await Relay.RunAsync(stream, good.Port, hello.Record, (piece, _) => piece, stop);
            else
                await stream.WriteAsync(answer, stop);
        });
    }

    /// <summary>Puts a relay in front, that asks for each ClientHello what to change; null for not to answer at all.</summary>
    private static AuditedServer InFront(
        Identities made, BouncyCastleTraits traits, Func<ReceivedHello, Func<byte[], int, byte[]>?> changeFor)
    {
        var good = BouncyCastleServer.Start(traits, made.Rsa);
        return Start(good, async (stream, hello, stop) =>
        {
            if (!hello.IsSsl2 && changeFor(hello) is { } change)
                await Relay.RunAsync(stream, good.Port, hello.Record, change, stop);
        });
    }

    private static AuditedServer Start(AuditedServer good, Func<Stream, ReceivedHello, CancellationToken, Task> script)
    {
        var server = new ScriptedServer(async (socket, stop) =>
        {
            await using var stream = new NetworkStream(socket);
            if (await ReceivedHello.ReadAsync(stream, stop) is { } hello)
                await script(stream, hello, stop);
        });
        return new AuditedServer(server.Port, server, good);
    }

    // ServerHello (RFC 5246 section 7.4.1.3): record and message header, version, random, session ID, suite, method.
    private static Func<byte[], int, byte[]> Compressing(ReceivedHello hello) => (piece, at) =>
    {
        const int sessionIdAt = 5 + 4 + 2 + 32;
        const byte handshake = 22;
        if (at == 0 && piece[0] == handshake && hello.OffersDeflate)
            piece[sessionIdAt + 1 + piece[sessionIdAt] + 2] = 1;
        return piece;
    };
}
