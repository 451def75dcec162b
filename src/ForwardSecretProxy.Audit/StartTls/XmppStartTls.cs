using System.Security;
using System.Text;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>XMPP until STARTTLS: a stream's header and features, then one command (RFC 6120 sections 4.7, 4.9 and 5.4).</summary>
/// <param name="host">The domain that is asked for.</param>
/// <param name="contentNamespace"><c>jabber:client</c> or <c>jabber:server</c> (section 4.8.2).</param>
internal sealed class XmppStartTls(string host, string contentNamespace) : StartTlsDialogue
{
    private static readonly byte[] StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8.ToArray();

    private readonly byte[] _header = Encoding.UTF8.GetBytes(
        $"<?xml version='1.0'?><stream:stream to='{SecurityElement.Escape(host)}' version='1.0' "
        + $"xmlns='{contentNamespace}' xmlns:stream='http://etherx.jabber.org/streams'>");

    private readonly XmlTagReader _tags = new();
    private string _inside = "";
    private bool _isOffered;
    private bool _isAsked;

    /// <inheritdoc/>
    private protected override StartTlsStep Start()
    {
        _tags.Reset();
        _inside = "";
        _isOffered = _isAsked = false;
        return Send(_header);
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeNext(ref ReadOnlySpan<byte> data)
    {
        var before = data;
        if (_tags.TryTake(ref data, out var tag)) return TakeTag(tag);
        return _tags.Problem is { } problem ? Break(problem, before) : StartTlsStep.More;
    }

    private StartTlsStep TakeTag(XmlTag tag)
    {
        if (tag.Kind == XmlTagKind.Declaration) return StartTlsStep.More;
        // The depth at which the element itself stands.
        var depth = tag.Kind == XmlTagKind.Start ? _tags.Depth - 1 : _tags.Depth;
        return depth switch
        {
            0 when tag is { Kind: XmlTagKind.Start, Name: "stream" } => StartTlsStep.More,
            0 when tag is { Kind: XmlTagKind.End, Name: "stream" } => Refuse("it ends the stream"),
            1 => TakeChild(tag),
            2 => TakeGrandchild(tag),
            > 2 => StartTlsStep.More,
            _ => Break("it does not answer as XMPP does"),
        };
    }

    /// <summary>A child of the stream: it counts when it is complete, but for an error, which its first child names.</summary>
    private StartTlsStep TakeChild(XmlTag tag)
    {
        _inside = tag.Name;
        if (tag.Kind == XmlTagKind.Start) return StartTlsStep.More;
        return tag.Name switch
        {
            "features" when !_isAsked => AskForTls(),
            "proceed" when _isAsked => StartTlsStep.Ready,
            "failure" when _isAsked => Refuse("failure"),
            _ => Break($"it sends {ServerWords.Read(tag.Name)}, which does not belong here"),
        };
    }

    private StartTlsStep TakeGrandchild(XmlTag tag)
    {
        if (_inside == "error") return Refuse("stream error " + ServerWords.Read(tag.Name));
        // No other feature has this name, so that its namespace need not be followed.
        _isOffered |= _inside == "features" && tag.Name == "starttls";
        return StartTlsStep.More;
    }

    private StartTlsStep AskForTls()
    {
        _isAsked = true;
        return _isOffered ? Send(StartTls) : Refuse(NotOffered);
    }
}
