using System.Text;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>Reads finite-field parameters (PKCS #3 section 9, or X9.42) and looks at their prime.</summary>
internal static class DhParametersFile
{
    private const int Largest = 1024 * 1024;

    /// <summary>A prime beyond this is not tested: it would take minutes, and be used by nobody.</summary>
    private const int LongestPrime = 8192;

    // A composite number passes with a probability of 2^-20 at most, whoever made it: the bases are random.
    private const int Certainty = 20;

    private static readonly (string Name, DHParameters Parameters)[] Known =
    [
        ("ffdhe2048 (RFC 7919)", DHStandardGroups.rfc7919_ffdhe2048), ("ffdhe3072 (RFC 7919)", DHStandardGroups.rfc7919_ffdhe3072),
        ("ffdhe4096 (RFC 7919)", DHStandardGroups.rfc7919_ffdhe4096), ("ffdhe6144 (RFC 7919)", DHStandardGroups.rfc7919_ffdhe6144),
        ("ffdhe8192 (RFC 7919)", DHStandardGroups.rfc7919_ffdhe8192),
        ("group 1 of IKE (RFC 2409)", DHStandardGroups.rfc2409_768), ("group 2 of IKE (RFC 2409)", DHStandardGroups.rfc2409_1024),
        ("group 5 of IKE (RFC 3526)", DHStandardGroups.rfc3526_1536), ("group 14 of IKE (RFC 3526)", DHStandardGroups.rfc3526_2048),
        ("group 15 of IKE (RFC 3526)", DHStandardGroups.rfc3526_3072), ("group 16 of IKE (RFC 3526)", DHStandardGroups.rfc3526_4096),
        ("group 17 of IKE (RFC 3526)", DHStandardGroups.rfc3526_6144), ("group 18 of IKE (RFC 3526)", DHStandardGroups.rfc3526_8192),
    ];

    /// <summary>What the file holds.</summary>
    public static DhParametersSource Observe(string path, SourceLocation location)
    {
        try
        {
            return ObserveIn(path, path, location)
                ?? new DhParametersSource(path, location) { Problem = "there are no DH parameters in it" };
        }
        catch (IOException exception)
        {
            return new DhParametersSource(path, location) { Problem = exception.Message };
        }
    }

    /// <summary>The parameters in a file that holds other things, too; null when there are none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static DhParametersSource? ObserveIn(string path, string source, SourceLocation location)
    {
        var text = Encoding.Latin1.GetString(BoundedFile.Read(path, Largest));
        foreach (var block in PemBlock.Read(text))
        {
            if (block.Label is "DH PARAMETERS" or "X9.42 DH PARAMETERS")
                return Observe(block.Decode(), source, location);
        }
        return null;
    }

    private static DhParametersSource Observe(byte[] der, string source, SourceLocation location)
    {
        try
        {
            var prime = DerInteger.GetInstance(Asn1Sequence.GetInstance(der)[0]).PositiveValue;
            var known = Known.FirstOrDefault(group => group.Parameters.P.Equals(prime)).Name;
            return new DhParametersSource(source, location)
            {
                Bits = prime.BitLength,
                KnownAs = known,
                IsSafePrime = known is not null || prime.BitLength > LongestPrime
                    ? known is null ? Answer.Unknown : Answer.Yes
                    : IsSafePrime(prime) ? Answer.Yes : Answer.No,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidCastException or IndexOutOfRangeException or InvalidOperationException)
        {
            return new DhParametersSource(source, location) { Problem = "its DH parameters cannot be read" };
        }
    }

    private static bool IsSafePrime(BigInteger prime) =>
        prime.TestBit(0) && prime.IsProbablePrime(Certainty) && prime.ShiftRight(1).IsProbablePrime(Certainty);
}
