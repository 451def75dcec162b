using System.Net;
using System.Net.Sockets;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Passes a connection on to a real server, and what that says back with a change.</summary>
internal static class Relay
{
    /// <summary>Runs until one side ends.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="port">Where the real server is, on 127.0.0.1.</param>
    /// <param name="said">What the client has said already.</param>
    /// <param name="change">
    /// Is given each piece of the answer and where in it the piece begins; a result that is shorter than the piece is the last.
    /// </param>
    /// <param name="stop">Ends it from outside.</param>
    public static async Task RunAsync(
        Stream client, int port, byte[] said, Func<byte[], int, byte[]> change, CancellationToken stop)
    {
        using var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, port, stop);
        var server = connection.GetStream();
        await server.WriteAsync(said, stop);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var forth = client.CopyToAsync(server, ended.Token);
        var back = AnswerAsync(server, client, change, ended.Token);
        await Task.WhenAny(forth, back);
        if (!back.IsCompleted)
        {
            // The client has said all it wants to; the answer may still be on its way.
            connection.Client.Shutdown(SocketShutdown.Send);
            await back;
        }

        await ended.CancelAsync();
        await forth.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static async Task AnswerAsync(
        NetworkStream server, Stream client, Func<byte[], int, byte[]> change, CancellationToken stop)
    {
        var buffer = new byte[16 * 1024];
        var passed = 0;
        while (await server.ReadAsync(buffer, stop) is var count and > 0)
        {
            var piece = change(buffer[..count], passed);
            passed += count;
            await client.WriteAsync(piece, stop);
            if (piece.Length < count)
                return;
        }
    }
}
