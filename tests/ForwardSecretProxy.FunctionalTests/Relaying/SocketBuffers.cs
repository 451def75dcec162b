using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>What the kernel keeps of a stream that nobody reads.</summary>
internal static class SocketBuffers
{
    /// <summary>The most that one connection can hold between sender and reader, in bytes (tcp(7)).</summary>
    public static long Most { get; } = Largest("tcp_rmem") + Largest("tcp_wmem");

    private static long Largest(string name) =>
        long.Parse(File.ReadAllText("/proc/sys/net/ipv4/" + name).Split('\t', ' ')[^1], CultureInfo.InvariantCulture);
}
