using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Bench;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>A TLS server of BouncyCastle's, which does what no OpenSSL does any more. It answers HTTP.</summary>
internal static class BouncyCastleServer
{
    private const int PatienceMilliseconds = 20_000;

    /// <summary>Starts it.</summary>
    public static AuditedServer Start(BouncyCastleTraits traits, ServerIdentity identity)
    {
        var (chain, key) = (identity.ReadChain(), identity.ReadKey());
        // A thread for each: the protocol is written for blocking streams.
        var server = new ScriptedServer((socket, stop) => Task.Factory.StartNew(
            () => Serve(socket, traits, new BouncyCastlePeer(traits, chain, key), stop),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        return new AuditedServer(server.Port, server);
    }

    private static void Serve(Socket socket, BouncyCastleTraits traits, BouncyCastlePeer peer, CancellationToken stop)
    {
        using var stream = new NetworkStream(socket)
        {
            ReadTimeout = PatienceMilliseconds,
            WriteTimeout = PatienceMilliseconds,
        };
        using var stopping = stop.Register(socket.Close);
        try
        {
            var protocol = new BouncyCastleProtocol(stream, traits);
            protocol.Accept(peer);
            if (HearRequest(protocol.Stream))
                protocol.Stream.Write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\na page"u8);
            protocol.Close();
        }
        catch (ObjectDisposedException)
        {
            // Stopped in the middle.
        }
    }

    // To its end: what is left unread when a connection is closed makes it a reset one.
    private static bool HearRequest(Stream stream)
    {
        var request = new byte[4096];
        for (var heard = 0; heard < request.Length;)
        {
            var count = stream.Read(request, heard, request.Length - heard);
            heard += count;
            if (count == 0)
                return false;
            if (request.AsSpan(0, heard).EndsWith("\r\n\r\n"u8))
                return true;
        }

        return true;
    }
}
