using Org.BouncyCastle.Crypto.Agreement;

namespace ForwardSecretProxy.Tests.Audit.Checks;

/// <summary>Primes in hexadecimal, from BouncyCastle, so that the audit's own list is held against another's.</summary>
internal static class DhPrimes
{
    public static string Ffdhe2048 { get; } = DHStandardGroups.rfc7919_ffdhe2048.P.ToString(16);
    public static string Oakley1 { get; } = DHStandardGroups.rfc2409_768.P.ToString(16);
    public static string Oakley2 { get; } = DHStandardGroups.rfc2409_1024.P.ToString(16);
    public static string Group5 { get; } = DHStandardGroups.rfc3526_1536.P.ToString(16);
    public static string Group14 { get; } = DHStandardGroups.rfc3526_2048.P.ToString(16);

    // RFC 5114 section 2.3, which BouncyCastle has no longer.
    public const string Subgroups =
        "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF4561B2AA3016C3D91134096FAA" +
        "3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C022E0B1EF4275BF7B6C5BFC11D45F9088B941F54EB1E59BB8" +
        "BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0EF13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D9" +
        "67E144E5140564251CCACB83E6B486F6B3CA3F7971506026C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375D7014103" +
        "A4B54330C198AF126116D2276E11715F693877FAD7EF09CADB094AE91E1A1597";
}
