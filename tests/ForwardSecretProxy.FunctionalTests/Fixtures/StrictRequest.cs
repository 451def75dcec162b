using System.Buffers;
using System.Globalization;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// The tests' own idea of an HTTP/1.1 request, with none of the leniency that RFC 9112 permits: what it takes, every
/// server reads in the same way. A proxy must send nothing else.
/// </summary>
internal sealed record StrictRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The values of a header, in order.</summary>
    public IReadOnlyList<string> Values(string name) =>
        [.. Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];

    /// <summary>Reads the first request of <paramref name="bytes"/>; null while it is not complete.</summary>
    /// <exception cref="FormatException">It is none, and no more bytes can make it one.</exception>
    public static (StrictRequest Request, int Length)? Read(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var headEnd = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (headEnd < 0)
            return null;

        var lines = text[..headEnd].Split("\r\n");
        var requestLine = lines[0].Split(' ');
        Demand(requestLine.Length == 3 && IsToken(requestLine[0]), "request line");
        Demand(requestLine[2] == "HTTP/1.1", "version");
        Demand(requestLine[1].StartsWith('/') && requestLine[1].All(c => c is > ' ' and < '\x7f'), "target");
        var request = new StrictRequest(requestLine[0], requestLine[1], [.. lines.Skip(1).Select(ReadHeader)], "");
        Demand(request.Values("Host").Count == 1, "exactly one Host");
        var codings = request.Values("Transfer-Encoding");
        var lengths = request.Values("Content-Length");
        Demand(codings.Count + lengths.Count <= 1, "one framing");
        Demand(codings.All(coding => coding == "chunked"), "chunked");
        Demand(lengths.All(length => length.Length is > 0 and < 10 && length.All(char.IsAsciiDigit)), "length");
        var rest = text[(headEnd + 4)..];
        if (codings.Count == 1)
            return ReadChunks(request, rest, headEnd + 4);
        var length = lengths.Count == 0 ? 0 : int.Parse(lengths[0], CultureInfo.InvariantCulture);
        return rest.Length < length ? null : (request with { Body = rest[..length] }, headEnd + 4 + length);
    }

    private static (StrictRequest Request, int Length)? ReadChunks(StrictRequest request, string text, int start)
    {
        var body = new StringBuilder();
        for (var at = 0; ;)
        {
            var lineEnd = text.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (lineEnd < 0)
                return null;
            var digits = text[at..lineEnd];
            Demand(digits.Length is > 0 and < 8 && digits.All(char.IsAsciiHexDigit), "chunk size");
            var size = int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            at = lineEnd + 2;
            if (text.Length < at + size + 2)
                return null;
            body.Append(text, at, size);
            Demand(text.AsSpan(at + size, 2).SequenceEqual("\r\n"), "end of chunk");
            at += size + 2;
            if (size == 0)
                return (request with { Body = body.ToString() }, start + at);
        }
    }

    private static KeyValuePair<string, string> ReadHeader(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        Demand(colon > 0 && IsToken(line[..colon]), "header name");
        var value = line[(colon + 1)..].Trim(' ');
        Demand(value.All(c => c is '\t' or >= ' ' and not '\x7f'), "header value");
        return new(line[..colon], value);
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Token);

    private static void Demand(bool holds, string what)
    {
        if (!holds)
            throw new FormatException($"not a strict request: {what}");
    }
}
