using System.Net;

namespace ForwardSecretProxy.Dane;

/// <summary>The resolvers that the system asks (resolv.conf(5)).</summary>
internal static class SystemResolvers
{
    /// <summary>Where they stand.</summary>
    public const string Path = "/etc/resolv.conf";

    private const int DnsPort = 53;
    private const int MaxBytes = 64 * 1024;

    /// <summary>MAXNS: what stands behind the third is not used.</summary>
    private const int MaxServers = 3;

    /// <summary>Reads the file; empty when it names none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<IPEndPoint> Read()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var content = new byte[MaxBytes];
        var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return Parse(System.Text.Encoding.Latin1.GetString(content, 0, length));
    }

    /// <summary>Takes the <c>nameserver</c> lines out of the file's text; what is no address is passed over.</summary>
    public static IReadOnlyList<IPEndPoint> Parse(string text)
    {
        var servers = new List<IPEndPoint>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            // The keyword must begin the line.
            if (servers.Count < MaxServers
                && line.StartsWith("nameserver", StringComparison.Ordinal)
                && line["nameserver".Length..] is [' ' or '\t', ..] rest
                && IPAddress.TryParse(FirstWord(rest), out var address))
                servers.Add(new IPEndPoint(address, DnsPort));
        }
        return servers;
    }

    private static ReadOnlySpan<char> FirstWord(ReadOnlySpan<char> text)
    {
        text = text.Trim(" \t");
        var end = text.IndexOfAny(" \t;#");
        return end < 0 ? text : text[..end];
    }
}
