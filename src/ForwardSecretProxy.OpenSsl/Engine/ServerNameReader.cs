using System.Buffers.Binary;

namespace ForwardSecretProxy.OpenSsl.Engine;

/// <summary>Reads the server_name extension of a ClientHello (RFC 6066 section 3).</summary>
internal static class ServerNameReader
{
    /// <summary>The longest DNS name in text form (RFC 1035 section 2.3.4).</summary>
    internal const int MaxNameLength = 253;

    private const byte HostNameType = 0;

    /// <summary>
    /// Reads the one host name in <paramref name="extension"/>, in lower case.
    /// </summary>
    /// <param name="extension">The extension's data.</param>
    /// <param name="destination">At least <see cref="MaxNameLength"/> characters.</param>
    /// <param name="length">The number of characters written.</param>
    /// <returns>False when the extension is malformed, empty, or holds what cannot be a DNS name or an address.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> extension, Span<char> destination, out int length)
    {
        length = 0;
        if (extension.Length < 5) return false;
        var listLength = BinaryPrimitives.ReadUInt16BigEndian(extension);
        var nameLength = BinaryPrimitives.ReadUInt16BigEndian(extension[3..]);
        // One name of one type has ever been defined; a second entry has no meaning.
        if (listLength != extension.Length - 2 || extension[2] != HostNameType || nameLength != listLength - 3) return false;

        var name = extension[5..];
        if (name.Length is 0 or > MaxNameLength) return false;
        for (var i = 0; i < name.Length; i++)
        {
            var letter = (char)name[i];
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '.' or '_' or ':')) return false;
            destination[i] = char.ToLowerInvariant(letter);
        }

        length = name.Length;
        return true;
    }
}
