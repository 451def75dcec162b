using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;
using ForwardSecretProxy.FunctionalTests.Bench;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>What stands in front of a real server on 127.0.0.1 and limits how often it is asked.</summary>
internal static class Limited
{
    /// <summary>Lets so many connections a second through, and resets what is above.</summary>
    public static ScriptedServer PerSecond(int port, int most)
    {
        var passed = new Queue<long>();
        return Where(port, () =>
        {
            lock (passed)
            {
                var now = Environment.TickCount64;
                while (passed.TryPeek(out var first) && now - first >= 1000)
                    passed.Dequeue();
                if (passed.Count >= most)
                    return false;
                passed.Enqueue(now);
                return true;
            }
        });
    }

    /// <summary>Lets so many connections through, and resets all that come later.</summary>
    public static ScriptedServer InAll(int port, int most)
    {
        var arrived = 0;
        return Where(port, () => Interlocked.Increment(ref arrived) <= most);
    }

    /// <summary>Lets each wait.</summary>
    public static ScriptedServer Slow(int port, TimeSpan wait) => new(async (socket, stop) =>
    {
        await Task.Delay(wait, stop);
        await PassAsync(socket, port, stop);
    });

    /// <summary>Lets all through.</summary>
    public static async Task PassAsync(Socket socket, int port, CancellationToken stop)
    {
        await using var stream = new NetworkStream(socket);
        await Relay.RunAsync(stream, port, [], (piece, _) => piece, stop);
    }

    private static ScriptedServer Where(int port, Func<bool> isAllowed) => new(async (socket, stop) =>
    {
        if (isAllowed())
            await PassAsync(socket, port, stop);
        else
            // Closing sends RST then, instead of FIN.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
    });
}
