using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Tests.Certificates;

public class CertificateNamesTests
{
    [Fact]
    public void Parse_Repeated_KeepsOne()
    {
        var names = CertificateNames.Parse(["a.example", "A.example"], ["::1", "0::1"]);

        Assert.Equal("a.example", Assert.Single(names.Dns));
        Assert.Equal("::1", Assert.Single(names.Addresses).ToString());
    }

    [Fact]
    public void Parse_NothingGiven_AsksForNames() =>
        Assert.Contains("--dns", Assert.Throws<FormatException>(() => CertificateNames.Parse([], [])).Message);

    [Theory]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("192.0.2.256")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("192.0.2.0/24")]
    [InlineData("mail.example.org")]
    public void Parse_NoAddress_IsRefusedWithItsText(string text) =>
        Assert.Contains(text, Assert.Throws<FormatException>(() => CertificateNames.Parse([], [text])).Message);
}
