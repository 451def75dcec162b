using System.Text;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>
/// Cuts a stream of XML, as XMPP restricts it (RFC 6120 section 11.1: no comments, no processing instructions, no DTD), into its
/// tags; text between them is passed over. Bounded by the longest tag.
/// </summary>
internal sealed class XmlTagReader
{
    private const int LongestTag = 4096;

    private readonly List<byte> _tag = [];
    private bool _isInTag;
    private byte _quote;

    /// <summary>How many elements are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Why nothing more can be read.</summary>
    public string? Problem { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _tag.Clear();
        _isInTag = false;
        _quote = 0;
        Depth = 0;
        Problem = null;
    }

    /// <summary>Takes a tag, and all before it, off the front of <paramref name="data"/>.</summary>
    /// <returns>False when the tag is not complete, or there is a <see cref="Problem"/>.</returns>
    public bool TryTake(ref ReadOnlySpan<byte> data, out XmlTag tag)
    {
        while (!data.IsEmpty && Problem is null)
        {
            var next = data[0];
            data = data[1..];
            if (_isInTag ? TakeInTag(next) : TakeBetween(next)) return TryFinish(out tag);
        }

        tag = default;
        return false;
    }

    /// <returns>Whether it ends the tag.</returns>
    private bool TakeInTag(byte next)
    {
        if (_quote == 0 && next == '>') return true;
        if (_quote == 0 && next is (byte)'"' or (byte)'\'') _quote = next;
        else if (next == _quote) _quote = 0;
        _tag.Add(next);
        if (_tag.Count > LongestTag) Problem = "it sends a tag that is too long";
        return false;
    }

    private bool TakeBetween(byte next)
    {
        _isInTag = next == '<';
        // Text belongs into elements; outside there is white space, which keeps connections alive (section 4.4).
        if (!_isInTag && Depth <= 1 && next is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            Problem = "it does not answer as XMPP does";
        return false;
    }

    private bool TryFinish(out XmlTag tag)
    {
        tag = XmlTag.Parse(Encoding.UTF8.GetString([.. _tag]));
        _tag.Clear();
        _isInTag = false;
        Depth += tag.Kind switch { XmlTagKind.Start => 1, XmlTagKind.End => -1, _ => 0 };
        if (Depth < 0 || tag.Name.StartsWith('!')) Problem = "it does not answer as XMPP does";
        return Problem is null;
    }
}
