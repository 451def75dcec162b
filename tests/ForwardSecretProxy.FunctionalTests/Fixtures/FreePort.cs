using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Loopback ports that nobody listens on. They are below those that the kernel hands out by itself, to connections and to
/// whoever asks for any port, and none is given twice in a test run: nobody takes one before its server does.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 10_000;

    private static readonly int Count = FirstOfTheKernel() - Lowest;

    // Somewhere, so that two test runs on one machine do not meet.
    private static int _next = RandomNumberGenerator.GetInt32(Count);

    /// <summary>A port that no other test has or gets; the first of them where a program takes several in a row.</summary>
    public static int Next(int inARow = 1)
    {
        while (true)
        {
            var first = Lowest + (int)((uint)(Interlocked.Add(ref _next, inARow) - inARow) % (uint)Count);
            if (first + inARow <= Lowest + Count && Enumerable.Range(first, inARow).All(IsFree))
                return first;
        }
    }

    /// <summary>Waits until somebody listens on the port, 20 s at most: for programs that do not say when they do.</summary>
    public static async Task WaitUntilTakenAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await pace.WaitForNextTickAsync(limit.Token))
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
    }

    private static bool IsFree(int port)
    {
        // Bound only: a listener's descriptor could live on for a moment in a process that another test is starting.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FirstOfTheKernel()
    {
        const int usual = 32_768;
        var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t', ' ');
        var first = int.Parse(range[0], CultureInfo.InvariantCulture);
        return first > 2 * Lowest ? first : usual;
    }
}
