using System.Security.Cryptography;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public sealed class DhParametersFileTests : IDisposable
{
    private static readonly SourceLocation Here = new("x.conf", 1);

    private readonly ConfigurationFolder _folder = new(null);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Observe_PublishedGroup_IsKnownAndSafe()
    {
        var seen = Observe(DHStandardGroups.rfc7919_ffdhe3072);

        Assert.Equal((3072, Answer.Yes), (seen.Bits, seen.IsSafePrime));
        Assert.Contains("ffdhe3072", seen.KnownAs, StringComparison.Ordinal);
    }

    [Fact]
    public void Observe_SafePrimeOfOnesOwn_IsSafeAndUnknown()
    {
        // Short ones are quick to find; the length is another matter.
        var generator = new DHParametersGenerator();
        generator.Init(256, 40, new SecureRandom());

        var seen = Observe(generator.GenerateParameters());

        Assert.Equal((256, Answer.Yes), (seen.Bits, seen.IsSafePrime));
        Assert.Null(seen.KnownAs);
    }

    [Fact]
    public void Observe_PrimeThatIsNotSafe_IsFound()
    {
        // The field of P-256: a prime, of which half of what is before it is even.
        var prime = new BigInteger("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF", 16);
        Assert.True(prime.IsProbablePrime(20));

        var seen = Observe(new DHParameters(prime, BigInteger.Two));

        Assert.Equal((Answer.Yes, Answer.No), (seen.IsPrime, seen.IsSafePrime));
    }

    [Fact]
    public void Observe_Composite_IsFound()
    {
        var composite = DHStandardGroups.rfc7919_ffdhe2048.P.Add(BigInteger.Two);

        Assert.Equal(Answer.No, Observe(new DHParameters(composite, BigInteger.Two)).IsPrime);
    }

    [Fact]
    public void Observe_EveryTruncation_IsReadOrAProblem()
    {
        var pem = ConfigurationFolder.DhParameters(DHStandardGroups.rfc2409_768);
        for (var length = 0; length < pem.Length - 1; length++)
            Assert.NotNull(DhParametersFile.Observe(_folder.Write("cut.pem", pem[..length]), Here).Problem);
        for (var length = 0; length < 90; length++)
        {
            var cut = PemEncoding.WriteString("DH PARAMETERS", RandomNumberGenerator.GetBytes(length));
            Assert.Null(DhParametersFile.Observe(_folder.Write("cut.pem", cut), Here).KnownAs);
        }
    }

    private DhParametersSource Observe(DHParameters group) =>
        DhParametersFile.Observe(_folder.Write("dh.pem", ConfigurationFolder.DhParameters(group)), Here);
}
