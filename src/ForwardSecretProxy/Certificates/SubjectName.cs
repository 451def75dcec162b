using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Asn1.X509;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// A certificate's subject, written as RFC 4514 says: <c>CN=mail.example.org,O=Example\, Inc.,C=DE</c>, most specific
/// part first. BouncyCastle reads it, since .NET does not know the backslash.
/// </summary>
internal static class SubjectName
{
    // Upper bounds of RFC 5280 appendix A.1.
    private const int MaxCommonName = 64;
    private const int CountryLength = 2;
    private const int MaxLength = 1024;

    /// <summary>Reads a subject; an empty text is the empty name, for requests with alternative names only.</summary>
    /// <exception cref="FormatException">The text is no name; the message says what to write.</exception>
    public static X500DistinguishedName Parse(string text)
    {
        if (text.Length > MaxLength)
            throw new FormatException($"a subject of {text.Length} characters is longer than {MaxLength}");

        try
        {
            var name = new X509Name(reverse: true, text);
            RequireLengths(name);
            return new X500DistinguishedName(name.GetDerEncoded());
        }
        catch (Exception exception) when (exception is not FormatException)
        {
            // BouncyCastle throws whatever it met, down to a bare Exception.
            throw new FormatException(
                $"\"{text}\" is not a subject; write it as CN=mail.example.org,O=Example,C=DE with a backslash before "
                + "a comma that belongs to a value");
        }
    }

    private static void RequireLengths(X509Name name)
    {
        foreach (string common in name.GetValueList(X509Name.CN))
        {
            if (common.Length is 0 or > MaxCommonName)
                throw new FormatException(
                    $"the CN \"{common}\" must have 1 to {MaxCommonName} characters; leave CN out for a longer host "
                    + "name, because clients look only at --dns and --ip");
        }

        foreach (string country in name.GetValueList(X509Name.C))
        {
            if (country.Length != CountryLength)
                throw new FormatException($"the C \"{country}\" must be a country code of two letters, such as C=DE");
        }
    }
}
