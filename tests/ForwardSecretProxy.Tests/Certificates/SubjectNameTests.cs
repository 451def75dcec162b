using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Tests.Certificates;

public class SubjectNameTests
{
    [Theory]
    [InlineData("CN=mail.example.org,O=Example,C=DE", "CN=mail.example.org, O=Example, C=DE")]
    [InlineData("CN=a,O=Example\\, Inc.", "CN=a, O=\"Example, Inc.\"")]
    [InlineData("CN=Bücher", "CN=Bücher")]
    [InlineData("", "")]
    public void Parse_Rfc4514Text_IsThatName(string text, string name) =>
        Assert.Equal(name, SubjectName.Parse(text).Name);

    [Fact]
    public void Parse_SeveralParts_EncodesTheMostGeneralFirst()
    {
        var parts = SubjectName.Parse("CN=a,O=b,C=DE").EnumerateRelativeDistinguishedNames(reversed: false);

        Assert.Equal(["DE", "b", "a"], parts.Select(part => part.GetSingleElementValue()));
    }

    [Theory]
    [InlineData("mail.example.org")]
    [InlineData("XX=1")]
    [InlineData("CN=a,,O=b")]
    [InlineData("CN=")]
    [InlineData("C=Germany")]
    [InlineData("CN=#zz")]
    [InlineData("CN=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Parse_SomethingElse_IsRefused(string text) =>
        Assert.Throws<FormatException>(() => SubjectName.Parse(text));

    [Fact]
    public void Parse_VeryLong_IsRefusedBeforeItIsRead() =>
        Assert.Contains("longer than 1024",
            Assert.Throws<FormatException>(() => SubjectName.Parse("O=" + new string('a', 2000))).Message);
}
