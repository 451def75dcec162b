using System.Text;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>The ALPN protocols of a server in order of preference (RFC 7301).</summary>
internal sealed class ApplicationProtocols(IEnumerable<string> names)
{
    private readonly (string Name, byte[] Bytes)[] _protocols = [.. names.Select(name => (name, Encoding.ASCII.GetBytes(name)))];

    /// <summary>Whether the server has no opinion on protocols.</summary>
    internal bool IsEmpty => _protocols.Length == 0;

    /// <summary>Finds our most preferred protocol that is also among the client's.</summary>
    /// <param name="offered">The client's list: each name behind one length byte.</param>
    /// <param name="offset">Where the name starts in <paramref name="offered"/>.</param>
    /// <param name="length">The length of the name.</param>
    /// <returns>False when there is none, or the list is malformed.</returns>
    internal bool TrySelect(ReadOnlySpan<byte> offered, out int offset, out int length)
    {
        foreach (var (_, bytes) in _protocols)
        {
            length = bytes.Length;
            for (offset = 1; offset <= offered.Length && offset + offered[offset - 1] <= offered.Length; offset += 1 + offered[offset - 1])
            {
                if (offered.Slice(offset, offered[offset - 1]).SequenceEqual(bytes)) return true;
            }
        }

        offset = length = 0;
        return false;
    }

    /// <summary>The name as a string that exists already.</summary>
    internal string? Find(ReadOnlySpan<byte> name)
    {
        foreach (var (text, bytes) in _protocols)
        {
            if (name.SequenceEqual(bytes)) return text;
        }

        return null;
    }
}
