using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Acme;

public class RenewalWindowTests
{
    private static readonly DateTimeOffset Start = TestAuthority.Now;

    [Theory]
    [InlineData(90 * 24, 60 * 24, 64.5 * 24)]
    [InlineData(6 * 24, 4 * 24, 103.2)]
    public void Of_Lifetime_IsAroundTwoThirds(double hours, double from, double to)
    {
        var window = RenewalWindow.Of(Start, Start.AddHours(hours));

        Assert.Equal(new RenewalWindow(Start.AddHours(from), Start.AddHours(to)), window);
    }

    [Fact]
    public void Pick_ManyTimes_FillsTheWindowAndNothingElse()
    {
        var window = new RenewalWindow(Start, Start.AddHours(10));
        var random = new Random(1);

        var picked = Enumerable.Range(0, 1000).Select(_ => window.Pick(random)).ToList();

        Assert.All(picked, each => Assert.InRange(each, window.Start, window.End));
        Assert.Equal(10, picked.Select(each => (int)(each - Start).TotalHours).Distinct().Count());
    }

    [Theory]
    [InlineData(1, null, 10)]
    [InlineData(2, null, 20)]
    [InlineData(7, null, 640)]
    [InlineData(8, null, 720)]
    [InlineData(int.MaxValue, null, 720)]
    public void BackOff_Failures_DoublesUpToHalfADay(int failures, int? wish, int minutes)
    {
        var wait = BackOff.After(failures, wish is { } after ? TimeSpan.FromMinutes(after) : null, new Random(1));

        Assert.InRange(wait, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes * 1.25));
    }

    [Theory]
    [InlineData(1, 1, 10)]
    [InlineData(1, 600, 600)]
    [InlineData(1, 60 * 24 * 365, 7 * 24 * 60)]
    [InlineData(1, -5, 10)]
    public void BackOff_WishOfTheAuthority_IsGrantedUpToAWeek(int failures, int wish, int minutes)
    {
        var wait = BackOff.After(failures, TimeSpan.FromMinutes(wish), new Random(1));

        Assert.InRange(wait, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes * 1.25));
    }

    [Fact]
    public void RenewalId_ExampleOfTheRfc_IsTheRfcs()
    {
        // RFC 9773 section 4.1: a serial number whose first bit is set, so that it is encoded with a zero before it.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
            Convert.FromHexString("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")));
        using var certificate = request.Create(
            new X500DistinguishedName("CN=b"), X509SignatureGenerator.CreateForECDsa(key), Start, Start.AddDays(1), [0x00, 0x87, 0x65, 0x43, 0x21]);

        Assert.Equal("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", RenewalId.Of(certificate.RawData));
    }

    [Fact]
    public void RenewalId_NoAuthorityKeyIdentifier_IsNone()
    {
        Assert.Null(RenewalId.Of(new TestAuthority().GoodLeaf()));
    }
}
