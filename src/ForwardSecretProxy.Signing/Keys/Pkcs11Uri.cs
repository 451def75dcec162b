using System.Globalization;
using System.Text;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Signing.Keys;

/// <summary>
/// Which private key is meant, as an RFC 7512 URI such as <c>pkcs11:token=fsp;object=web</c>. The attributes are
/// <c>token</c>, <c>serial</c>, <c>object</c>, <c>id</c> and <c>type=private</c>, and in the query
/// <c>pin-source=file:/path</c>. All others are refused, so that nothing is silently ignored.
/// </summary>
public sealed record Pkcs11Uri
{
    /// <summary>The longest URI that is read; the longest sensible one is far below.</summary>
    public const int MaxLength = 2048;

    private const string SchemePrefix = "pkcs11:";

    private Pkcs11Uri()
    {
    }

    /// <summary>The token's label.</summary>
    public string? Token { get; private init; }

    /// <summary>The token's serial number.</summary>
    public string? Serial { get; private init; }

    /// <summary>The key's label (CKA_LABEL).</summary>
    public string? Label { get; private init; }

    /// <summary>The key's CKA_ID in lower-case hexadecimal.</summary>
    public string? Id { get; private init; }

    /// <summary>The file that holds the PIN; null when the URI names none.</summary>
    public PinFile? PinSource { get; private init; }

    /// <summary>A URI for a key on the token with this label.</summary>
    /// <param name="token">The token's label.</param>
    /// <param name="label">The key's label; null when its id is enough.</param>
    /// <param name="id">The key's CKA_ID in hexadecimal; null when its label is enough.</param>
    /// <exception cref="FormatException">The id is not hexadecimal.</exception>
    public static Pkcs11Uri For(string token, string? label, string? id = null) => new()
    {
        Token = token,
        Label = label,
        Id = id is null ? null : Convert.ToHexStringLower(Convert.FromHexString(id)),
    };

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">
    /// It is not one that is taken; the message says why and never holds a PIN.
    /// </exception>
    public static Pkcs11Uri Parse(string text) =>
        TryParse(text, out var uri, out var error) ? uri : throw new FormatException(error);

    /// <summary>Reads a URI; otherwise says why not, in words that never hold a PIN.</summary>
    public static bool TryParse(
        string? text,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Pkcs11Uri? uri,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error)
    {
        uri = null;
        try
        {
            uri = Read(text ?? "");
            error = null;
            return true;
        }
        catch (FormatException exception)
        {
            error = exception.Message;
            return false;
        }
    }

    /// <summary>The URI without its query.</summary>
    public override string ToString()
    {
        string?[] parts =
            [Part("token", Token), Part("serial", Serial), Part("object", Label), Part("id", EscapedId())];
        return SchemePrefix + string.Join(';', parts.Where(part => part is not null));
    }

    private static Pkcs11Uri Read(string text)
    {
        if (text.Length > MaxLength)
            throw new FormatException($"A key URI has at most {MaxLength} characters.");
        if (!text.StartsWith(SchemePrefix, StringComparison.OrdinalIgnoreCase))
            throw new FormatException("A key URI starts with \"pkcs11:\", as in pkcs11:token=fsp;object=web.");

        var rest = text[SchemePrefix.Length..];
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var attributes = Split(query < 0 ? rest : rest[..query], ';');
        var queryAttributes = query < 0 ? [] : Split(rest[(query + 1)..], '&');
        return Build(attributes, queryAttributes);
    }

    private static Pkcs11Uri Build(Dictionary<string, string> path, Dictionary<string, string> query)
    {
        // First, so that no other complaint can be about a URI that holds a PIN.
        if (query.ContainsKey("pin-value") || path.ContainsKey("pin-value"))
        {
            throw new FormatException("A key URI with pin-value is refused: whoever sees the configuration, a log or "
                + "the process list would have the PIN. Put it in a file only the proxy can read and name that with "
                + "PinFile or pin-source=file:/path, and change the PIN that was written here.");
        }

        RefuseUnknown(path.Keys, ["token", "serial", "object", "id", "type"]);
        RefuseUnknown(query.Keys, ["pin-source"]);
        if (path.TryGetValue("type", out var type) && type != "private")
            throw new FormatException("The attribute type of a key URI is \"private\" or left out.");

        return new Pkcs11Uri
        {
            Token = Text(path, "token"),
            Serial = Text(path, "serial"),
            Label = Text(path, "object"),
            Id = path.TryGetValue("id", out var id) ? Convert.ToHexStringLower(Decode("id", id)) : null,
            PinSource = query.ContainsKey("pin-source") ? FileOf(Text(query, "pin-source")!) : null,
        };
    }

    private static void RefuseUnknown(IEnumerable<string> names, string[] known)
    {
        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw new FormatException($"The attribute \"{unknown}\" is not taken here in a key URI; taken are "
                + $"{string.Join(", ", known)}.");
        }
    }

    private static Dictionary<string, string> Split(string text, char separator)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text.Length == 0)
            return attributes;

        foreach (var part in text.Split(separator))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : part[..equals];
            if (name.Length == 0 || name.Any(c => !IsNameCharacter(c)))
                throw new FormatException("A key URI is a list of name=value; one of its parts is not.");
            if (!attributes.TryAdd(name, part[(equals + 1)..]))
                throw new FormatException($"The attribute \"{name}\" is given twice in a key URI.");
        }

        return attributes;
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    private static string? Text(Dictionary<string, string> attributes, string name)
    {
        if (!attributes.TryGetValue(name, out var value))
            return null;

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Decode(name, value));
        }
        catch (ArgumentException)
        {
            throw new FormatException($"The attribute \"{name}\" of a key URI is not UTF-8.");
        }
    }

    // RFC 7512 section 2.3: pk11-pchar is unreserved, percent-encoded, or one of a few delimiters.
    private static byte[] Decode(string name, string value)
    {
        if (value.Length == 0)
            throw new FormatException($"The attribute \"{name}\" of a key URI is empty.");

        var bytes = new byte[value.Length];
        var length = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '%' && IsValueCharacter(value[i]))
            {
                bytes[length++] = (byte)value[i];
            }
            else if (value[i] == '%' && TryReadHex(value, i + 1, out bytes[length]))
            {
                length++;
                i += 2;
            }
            else
            {
                throw new FormatException($"The attribute \"{name}\" of a key URI has a character that must be written "
                    + "as % and two hexadecimal digits (RFC 7512 section 2.3).");
            }
        }

        return bytes[..length];
    }

    private static bool TryReadHex(string value, int start, out byte result)
    {
        result = 0;
        return start + 2 <= value.Length && byte.TryParse(
            value.AsSpan(start, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out result);
    }

    private static bool IsValueCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c) || "-._~:[]@!$'()*+,=&/?|".Contains(c, StringComparison.Ordinal);

    private static PinFile FileOf(string source)
    {
        if (!source.StartsWith("file:", StringComparison.Ordinal))
            throw new FormatException("The attribute pin-source of a key URI is file: and an absolute path.");

        var path = source["file:".Length..];
        if (path.StartsWith("///", StringComparison.Ordinal))
            path = path[2..];
        if (!path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) || path.Contains('\0'))
            throw new FormatException("The attribute pin-source of a key URI is file: and an absolute path.");
        return new PinFile(path);
    }

    private string? EscapedId() =>
        Id is null ? null : string.Concat(Convert.FromHexString(Id).Select(b => $"%{b:x2}"));

    private static string? Part(string name, string? value) =>
        value is null ? null : $"{name}={(name == "id" ? value : Uri.EscapeDataString(value))}";
}
