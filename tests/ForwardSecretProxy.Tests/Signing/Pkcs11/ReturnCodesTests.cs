using ForwardSecretProxy.Signing.Pkcs11;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.Tests.Signing.Pkcs11;

public class ReturnCodesTests
{
    [Fact]
    public void Describe_KnownCode_HasItsNameAndItsMeaning()
    {
        Assert.Equal("CKR_PIN_INCORRECT, the PIN is wrong", ReturnCodes.Describe(CKR.CKR_PIN_INCORRECT));
    }

    [Fact]
    public void Describe_VendorCode_IsHexadecimal() =>
        Assert.Contains("0x80000123", ReturnCodes.Describe((CKR)0x80000123), StringComparison.Ordinal);

    [Fact]
    public void Failure_KeepsTheCode()
    {
        var failure = ReturnCodes.Failure("It cannot be done", CKR.CKR_DEVICE_ERROR);

        Assert.Equal((uint)CKR.CKR_DEVICE_ERROR, failure.ReturnCode);
        Assert.StartsWith("It cannot be done: CKR_DEVICE_ERROR", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CKR.CKR_SESSION_HANDLE_INVALID, true)]
    [InlineData(CKR.CKR_DEVICE_REMOVED, true)]
    [InlineData(CKR.CKR_TOKEN_NOT_PRESENT, true)]
    [InlineData(CKR.CKR_OPERATION_ACTIVE, true)]
    [InlineData(CKR.CKR_MECHANISM_INVALID, false)]
    [InlineData(CKR.CKR_KEY_FUNCTION_NOT_PERMITTED, false)]
    [InlineData(CKR.CKR_DATA_LEN_RANGE, false)]
    public void BreaksSession_TellsALostSessionFromARefusal(CKR code, bool broken) =>
        Assert.Equal(broken, ReturnCodes.BreaksSession(code));

    [Theory]
    [InlineData(CKR.CKR_SESSION_HANDLE_INVALID, true)]
    [InlineData(CKR.CKR_USER_NOT_LOGGED_IN, true)]
    [InlineData(CKR.CKR_DEVICE_REMOVED, false)]
    [InlineData(CKR.CKR_DEVICE_ERROR, false)]
    public void SessionIsGone_DoesNotRetryADeadToken(CKR code, bool gone) =>
        Assert.Equal(gone, ReturnCodes.SessionIsGone(code));
}
