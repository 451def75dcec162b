using System.Collections.Frozen;
using System.Globalization;

namespace ForwardSecretProxy.Audit.Wire;

/// <summary>SSL 2.0's ciphers (The SSL Protocol, Netscape 1995, section C.4), and those that SSLeay added.</summary>
internal static class Ssl2Ciphers
{
    private static readonly FrozenDictionary<int, string> Names = new Dictionary<int, string>
    {
        [0x010080] = "SSL_CK_RC4_128_WITH_MD5",
        [0x020080] = "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
        [0x030080] = "SSL_CK_RC2_128_CBC_WITH_MD5",
        [0x040080] = "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
        [0x050080] = "SSL_CK_IDEA_128_CBC_WITH_MD5",
        [0x060040] = "SSL_CK_DES_64_CBC_WITH_MD5",
        [0x060140] = "SSL_CK_DES_64_CBC_WITH_SHA",
        [0x0700C0] = "SSL_CK_DES_192_EDE3_CBC_WITH_MD5",
        [0x0701C0] = "SSL_CK_DES_192_EDE3_CBC_WITH_SHA",
        [0x080080] = "SSL_CK_RC4_64_WITH_MD5",
        [0x000000] = "SSL_CK_NULL_WITH_MD5",
    }.ToFrozenDictionary();

    /// <summary>The codes, of three bytes each.</summary>
    public static IReadOnlyList<int> Codes { get; } = [.. Names.Keys.Order()];

    /// <summary>The name of a code.</summary>
    public static string NameOf(int code) =>
        Names.GetValueOrDefault(code) ?? string.Create(CultureInfo.InvariantCulture, $"0x{code:X6}");
}
