using System.Buffers;
using System.Text;

namespace ForwardSecretProxy.Mail;

/// <summary>The first word of an IMAP command, with which its answer begins (RFC 9051 section 9: tag).</summary>
internal static class ImapTag
{
    private const int Longest = 64;

    private static readonly SearchValues<byte> Allowed = SearchValues.Create(
        [.. Enumerable.Range(0x21, 0x5E).Select(each => (byte)each).Except("(){%*\"\\+"u8.ToArray())]);

    /// <summary>
    /// The tag, which may be echoed; null when there is none. One space follows it: what else some servers take for a space
    /// would make another tag there than here.
    /// </summary>
    /// <param name="line">Without its end.</param>
    /// <param name="command">What follows the space.</param>
    public static string? Read(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> command)
    {
        var end = line.IndexOf((byte)' ');
        var tag = end < 0 ? line : line[..end];
        command = end < 0 ? default : line[(end + 1)..];
        return tag.Length is > 0 and <= Longest && !tag.ContainsAnyExcept(Allowed) ? Encoding.ASCII.GetString(tag) : null;
    }
}
