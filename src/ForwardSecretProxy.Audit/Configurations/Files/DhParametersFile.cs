using System.Text;
using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using Org.BouncyCastle.Asn1;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>Reads finite-field parameters (PKCS #3 section 9, or X9.42) and looks at their prime.</summary>
internal static class DhParametersFile
{
    private const int Largest = 1024 * 1024;

    /// <summary>A prime beyond this is not tested: it would take minutes, and be used by nobody.</summary>
    private const int LongestPrime = 4096;

    // A composite number passes with a probability of 2^-20 at most, whoever made it: the bases are random.
    private const int Certainty = 20;

    // A test of 4096 bits takes seconds, and these need none.
    private static readonly string[] SafeByTheirMaking = ["RFC 7919", "RFC 3526", "RFC 2409"];

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
            var known = KnownPrimes.NameOf(prime);
            var isStandard = known is not null && SafeByTheirMaking.Any(origin => known.StartsWith(origin, StringComparison.Ordinal));
            var isTested = isStandard || prime.BitLength <= LongestPrime;
            var isPrime = isStandard || (isTested && prime.TestBit(0) && prime.IsProbablePrime(Certainty));
            var isSafe = isStandard || (isPrime && prime.ShiftRight(1).IsProbablePrime(Certainty));
            return new DhParametersSource(source, location)
            {
                Bits = prime.BitLength,
                KnownAs = known,
                IsPrime = !isTested ? Answer.Unknown : isPrime ? Answer.Yes : Answer.No,
                IsSafePrime = !isTested ? Answer.Unknown : isSafe ? Answer.Yes : Answer.No,
            };
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidCastException
            or IndexOutOfRangeException or InvalidOperationException)
        {
            return new DhParametersSource(source, location) { Problem = "its DH parameters cannot be read" };
        }
    }
}
