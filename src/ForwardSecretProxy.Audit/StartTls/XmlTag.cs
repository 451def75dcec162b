namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>One tag.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The element's name without its prefix.</param>
internal readonly record struct XmlTag(XmlTagKind Kind, string Name)
{
    /// <summary>Reads what stands between the angle brackets.</summary>
    public static XmlTag Parse(string text)
    {
        var kind = text switch
        {
            ['?', ..] => XmlTagKind.Declaration,
            ['/', ..] => XmlTagKind.End,
            [.., '/'] => XmlTagKind.Empty,
            _ => XmlTagKind.Start,
        };
        var name = text.TrimStart('/').Split([' ', '\t', '\r', '\n', '/'], 2)[0];
        return new XmlTag(kind, name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }
}

/// <summary>The kinds of tags.</summary>
internal enum XmlTagKind
{
    /// <summary><c>&lt;?xml version='1.0'?&gt;</c>.</summary>
    Declaration,

    /// <summary><c>&lt;features&gt;</c>.</summary>
    Start,

    /// <summary><c>&lt;/features&gt;</c>.</summary>
    End,

    /// <summary><c>&lt;features/&gt;</c>.</summary>
    Empty,
}
