using ForwardSecretProxy.Signing.Keys;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Tests.Signing.Keys;

public class KeyGatePolicyTests
{
    private static readonly byte[] True = [1];
    private static readonly byte[] False = [0];

    public static TheoryData<CKA, bool> Demanded => new()
    {
        { CKA.CKA_SENSITIVE, true },
        { CKA.CKA_ALWAYS_SENSITIVE, true },
        { CKA.CKA_NEVER_EXTRACTABLE, true },
        { CKA.CKA_LOCAL, true },
        { CKA.CKA_EXTRACTABLE, false },
        { CKA.CKA_DECRYPT, false },
        { CKA.CKA_UNWRAP, false },
        { CKA.CKA_DERIVE, false },
        { CKA.CKA_SIGN_RECOVER, false },
    };

    [Fact]
    public void Attributes_AreThoseThatAreDemandedAndNoOthers() =>
        Assert.Equal(Demanded.Count, KeyGatePolicy.Attributes.Count);

    [Theory]
    [MemberData(nameof(Demanded))]
    public void JudgeAttribute_OnlyTheWantedValuePasses(CKA type, bool wanted)
    {
        var rule = Assert.Single(KeyGatePolicy.Attributes, rule => rule.Type == type);

        Assert.True(KeyGatePolicy.JudgeAttribute(rule, CKR.CKR_OK, wanted ? True : False).Passed);
        var other = KeyGatePolicy.JudgeAttribute(rule, CKR.CKR_OK, wanted ? False : True);
        Assert.False(other.Passed);
        Assert.Equal(type.ToString(), other.Check);
        Assert.Equal(wanted ? "true" : "false", other.Wanted);
        Assert.Equal(wanted ? "false" : "true", other.Found);
        Assert.NotEmpty(other.Why);
    }

    [Theory]
    [MemberData(nameof(Demanded))]
    public void JudgeAttribute_NotReportedOrMalformed_Fails(CKA type, bool wanted)
    {
        var rule = Assert.Single(KeyGatePolicy.Attributes, rule => rule.Type == type && rule.Wanted == wanted);

        Assert.False(KeyGatePolicy.JudgeAttribute(rule, CKR.CKR_ATTRIBUTE_TYPE_INVALID, []).Passed);
        Assert.False(KeyGatePolicy.JudgeAttribute(rule, CKR.CKR_OK, []).Passed);
        Assert.False(KeyGatePolicy.JudgeAttribute(rule, CKR.CKR_OK, [0, 0]).Passed);
        Assert.False(KeyGatePolicy.JudgeAttribute(rule, CKR.CKR_DEVICE_ERROR, []).Passed);
    }

    [Theory]
    [InlineData(CKR.CKR_ATTRIBUTE_SENSITIVE, 0, true)]
    [InlineData(CKR.CKR_ATTRIBUTE_TYPE_INVALID, 0, true)]
    [InlineData(CKR.CKR_GENERAL_ERROR, 0, true)]
    [InlineData(CKR.CKR_OK, 0, true)]
    [InlineData(CKR.CKR_OK, 32, false)]
    [InlineData(CKR.CKR_DEVICE_REMOVED, 0, false)]
    [InlineData(CKR.CKR_SESSION_HANDLE_INVALID, 0, false)]
    [InlineData(CKR.CKR_USER_NOT_LOGGED_IN, 0, false)]
    public void JudgeRead_OnlyARefusalOrNothingPasses(CKR code, int length, bool passed) =>
        Assert.Equal(passed, KeyGatePolicy.JudgeRead(CKA.CKA_VALUE, code, length).Passed);

    [Theory]
    [InlineData(CKR.CKR_KEY_UNEXTRACTABLE, true)]
    [InlineData(CKR.CKR_KEY_NOT_WRAPPABLE, true)]
    [InlineData(CKR.CKR_MECHANISM_INVALID, true)]
    [InlineData(CKR.CKR_OK, false)]
    [InlineData(CKR.CKR_DEVICE_ERROR, false)]
    [InlineData(CKR.CKR_OBJECT_HANDLE_INVALID, false)]
    [InlineData(CKR.CKR_BUFFER_TOO_SMALL, false)]
    public void JudgeWrap_OnlyARefusalPasses(CKR code, bool passed) =>
        Assert.Equal(passed, KeyGatePolicy.JudgeWrap(CKM.CKM_AES_KEY_WRAP, code).Passed);

    [Fact]
    public void JudgeNoWrappingKey_TokenWithoutAes_SaysThatItDoesNotApply()
    {
        var finding = KeyGatePolicy.JudgeNoWrappingKey(CKR.CKR_MECHANISM_INVALID);

        Assert.True(finding.Passed);
        Assert.Contains("not applicable", finding.Found, StringComparison.Ordinal);
        Assert.False(KeyGatePolicy.JudgeNoWrappingKey(CKR.CKR_DEVICE_ERROR).Passed);
    }

    [Fact]
    public void PrivateValues_AreAllPartsOfAPrivateKey()
    {
        Assert.Equal([CKA.CKA_VALUE], KeyGatePolicy.PrivateValues(isRsa: false));
        Assert.Equal(6, KeyGatePolicy.PrivateValues(isRsa: true).Count);
    }

    [Fact]
    public void Report_OneFailure_DoesNotPassAndSaysWhy()
    {
        var good = new KeyGateFinding("CKA_LOCAL", "true", "true", "why not", true);
        var bad = new KeyGateFinding("CKA_SENSITIVE", "true", "false", "It can be read.", false);
        var report = new KeyGateReport("pkcs11:object=web", [good, bad], [], []);

        Assert.False(report.Passed);
        Assert.Contains("FAIL  CKA_SENSITIVE: wanted true, found false", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("It can be read.", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("pass  CKA_LOCAL", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("pkcs11:object=web", new KeyRefusedException(report).Message, StringComparison.Ordinal);
        Assert.True(new KeyGateReport("pkcs11:object=web", [good], [], []).Passed);
    }
}
