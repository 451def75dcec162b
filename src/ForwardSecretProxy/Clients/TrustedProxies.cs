using System.Globalization;
using System.Net;

namespace ForwardSecretProxy.Clients;

/// <summary>
/// <c>TrustedProxies</c>: who may say for whom it connects. What everybody else says about that is not believed.
/// Immutable.
/// </summary>
internal sealed class TrustedProxies
{
    /// <summary>Nobody.</summary>
    public static readonly TrustedProxies None = new([]);

    private readonly IPNetwork[] _networks;

    private TrustedProxies(IPNetwork[] networks) => _networks = networks;

    /// <summary>Whether nobody is trusted.</summary>
    public bool IsEmpty => _networks.Length == 0;

    /// <summary>Reads addresses and networks; each that cannot be used goes to <paramref name="report"/>, with the mend.</summary>
    public static TrustedProxies Parse(IEnumerable<string> texts, Action<string, string> report)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in texts)
        {
            if (TryParse(text, report) is { } network) networks.Add(network);
        }

        return networks.Count == 0 ? None : new TrustedProxies([.. networks]);
    }

    /// <summary>Whether <paramref name="address"/> is one of them.</summary>
    public bool Contains(IPAddress address)
    {
        if (_networks.Length == 0) return false;
        address = AddressText.Unmapped(address);
        foreach (var network in _networks)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }

    private static IPNetwork? TryParse(string text, Action<string, string> report)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var prefix = -1;
        if (!AddressText.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address)
            || (slash >= 0 && !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix))
            || prefix > Bits(address))
        {
            report($"\"{text}\" is neither an IP address nor a network",
                "Write, for example, \"10.0.0.5\", \"10.0.0.0/24\" or \"2001:db8::/64\".");
            return null;
        }

        if (prefix == 0)
        {
            report($"\"{text}\" is everybody, who could then claim to be anybody", "Name the proxies, or their network.");
            return null;
        }

        return slash < 0 ? new IPNetwork(address, Bits(address)) : CheckBase(text, address, prefix, report);
    }

    private static IPNetwork? CheckBase(string text, IPAddress address, int prefix, Action<string, string> report)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < 8 * bytes.Length; bit++) bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        var first = new IPAddress(bytes);
        if (first.Equals(address)) return new IPNetwork(address, prefix);
        report($"\"{text}\" is no network: there are bits of its address beyond the first {prefix}",
            $"Write \"{first}/{prefix}\" for the network, or \"{address}\" for the one address.");
        return null;
    }

    private static int Bits(IPAddress address) => 8 * (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 4 : 16);
}
