using System.Security.Cryptography;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Dane;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Dane;

public class TlsaRecordTests
{
    private const int Smtp = 25;
    private const int Imaps = 993;

    private static readonly TestAuthority Authority = new();
    private static readonly CertificateFacts Leaf = CertificateFacts.Read(Authority.GoodLeaf());
    private static readonly CertificateFacts Intermediate = CertificateFacts.Read(Authority.Intermediate);
    private static readonly DaneKey InUse = new("mail", Leaf.SubjectPublicKeyInfo, [Leaf, Intermediate], DaneKeyUse.Now);
    private static readonly DaneKey WithoutCertificate = new("mail", Leaf.SubjectPublicKeyInfo, [], DaneKeyUse.Next);

    [Fact]
    public void Record_OfAKey_IsTheSha256OfItsSubjectPublicKeyInfo()
    {
        var expected = Convert.ToHexStringLower(SHA256.HashData(Authority.LeafKey.ExportSubjectPublicKeyInfo()));

        Assert.Equal($"3 1 1 {expected}", InUse.Record.ToString());
        Assert.Equal($"_25._tcp.mail.example.org. 300 IN TLSA 3 1 1 {expected}",
            new TlsaOwner("mail.example.org", Smtp, "tcp").ZoneLine(300, InUse.Record));
    }

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(1, true, false)]
    [InlineData(2, false, true)]
    [InlineData(3, true, false)]
    [InlineData(4, false, false)]
    public void Matches_EverySelectorAndMatchingType_MeansTheLeafOrWhatIsAboveIt(int usage, bool leaf, bool intermediate)
    {
        foreach (var (certificate, expected) in ((CertificateFacts, bool)[])[(Leaf, leaf), (Intermediate, intermediate)])
        {
            foreach (var selector in (int[])[0, 1])
            {
                var selected = (selector == 0 ? certificate.Der : certificate.SubjectPublicKeyInfo).ToArray();
                byte[][] data = [selected, SHA256.HashData(selected), SHA512.HashData(selected)];
                for (var type = 0; type < data.Length; type++)
                {
                    Assert.Equal(expected, new TlsaRecord(usage, selector, type, Convert.ToHexStringLower(data[type])).Matches(InUse));
                    // The same with the last bit turned is another one.
                    data[type][^1] ^= 1;
                    Assert.False(new TlsaRecord(usage, selector, type, Convert.ToHexStringLower(data[type])).Matches(InUse));
                }
            }
        }
    }

    [Fact]
    public void Matches_KeyWithoutACertificate_OnlyByItsPublicKey()
    {
        Assert.True(WithoutCertificate.Record.Matches(WithoutCertificate));
        Assert.False(new TlsaRecord(3, 0, 1, Convert.ToHexStringLower(SHA256.HashData(Leaf.Der.Span))).Matches(WithoutCertificate));
        Assert.False(new TlsaRecord(3, 0, 0, "").Matches(WithoutCertificate));
    }

    [Theory]
    [InlineData(3, 1, 1, 32, Smtp, true)]
    [InlineData(3, 1, 2, 64, Smtp, true)]
    [InlineData(2, 0, 0, 500, Smtp, true)]
    [InlineData(1, 1, 1, 32, Smtp, false)]
    [InlineData(0, 1, 1, 32, Smtp, false)]
    [InlineData(1, 1, 1, 32, Imaps, true)]
    [InlineData(4, 1, 1, 32, Imaps, false)]
    [InlineData(3, 2, 1, 32, Imaps, false)]
    [InlineData(3, 1, 3, 32, Imaps, false)]
    [InlineData(3, 1, 1, 31, Imaps, false)]
    [InlineData(3, 1, 2, 32, Imaps, false)]
    public void UnusableReason_IsThereForWhatClientsPassOver(int usage, int selector, int type, int bytes, int port, bool usable) =>
        Assert.Equal(usable, new TlsaRecord(usage, selector, type, new string('0', 2 * bytes)).UnusableReason(port) is null);
}
