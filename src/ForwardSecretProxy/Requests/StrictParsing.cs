using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;

namespace ForwardSecretProxy.Requests;

/// <summary>Where Kestrel's own parser is too generous and can be told not to be.</summary>
internal static class StrictParsing
{
    private static readonly Encoding Digits = new DigitsOnly();

    /// <summary>Sets <paramref name="kestrel"/> up; it must not have started.</summary>
    public static void Apply(KestrelServerOptions kestrel)
    {
        // RFC 9112 section 2.2 lets a server take a bare LF for a line's end. Others do not, which is how requests are smuggled.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        kestrel.RequestHeaderEncodingSelector = static name =>
            name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) ? Digits : null;
    }

    /// <summary>
    /// Content-Length is digits (RFC 9110 section 8.6), but Kestrel's parser takes <c>+5</c> and <c>-0</c> too. It
    /// decodes with this before it parses, and what it gets for anything but up to 18 digits is no number.
    /// </summary>
    private sealed class DigitsOnly : ASCIIEncoding
    {
        private const int MaxDigits = 18;

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            if (bytes.Length <= MaxDigits && !bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                return base.GetChars(bytes, chars);
            chars[0] = '?';
            return 1;
        }
    }
}
