using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Tests.Signing.Pkcs11;

public class TokenOptionsTests
{
    [Theory]
    [InlineData("web", null, "pkcs11:token=web;object=key", true)]
    [InlineData("web", null, "pkcs11:token=other;object=key", false)]
    [InlineData("web", null, "pkcs11:object=key", true)]
    [InlineData(null, "0815", "pkcs11:token=web;object=key", true)]
    [InlineData(null, "0815", "pkcs11:serial=0815;object=key", true)]
    [InlineData(null, "0815", "pkcs11:serial=4711;object=key", false)]
    [InlineData("web", "0815", "pkcs11:token=web;serial=4711;object=key", false)]
    public void MayBeNamedBy_Uri_IsFalseOnlyForAnotherToken(string? label, string? serial, string text, bool expected)
    {
        var options = new TokenOptions { Module = "/module.so", Label = label, Serial = serial };
        Assert.True(ForwardSecretProxy.Signing.Keys.Pkcs11Uri.TryParse(text, out var uri, out _));

        Assert.Equal(expected, options.MayBeNamedBy(uri));
    }
}
