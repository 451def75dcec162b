using System.Collections.Frozen;
using System.Security.Cryptography;
using Org.BouncyCastle.Math;

namespace ForwardSecretProxy.Audit.Checks;

/// <summary>Finite-field primes that many servers share, which makes them worth a precomputation.</summary>
internal static class KnownPrimes
{
    private static readonly FrozenDictionary<string, string> NamesByHash = Read().ToFrozenDictionary();

    /// <summary>Where the prime comes from, such as <c>RFC 7919 ffdhe2048</c>, or null.</summary>
    public static string? NameOf(BigInteger prime) =>
        NamesByHash.GetValueOrDefault(Convert.ToHexStringLower(SHA256.HashData(prime.ToByteArrayUnsigned())));

    private static IEnumerable<KeyValuePair<string, string>> Read()
    {
        using var input = typeof(KnownPrimes).Assembly
            .GetManifestResourceStream("ForwardSecretProxy.Audit.Registry.dh-primes.csv")!;
        using var lines = new StreamReader(input);
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            yield return new(line[..comma], line[(comma + 1)..]);
        }
    }
}
