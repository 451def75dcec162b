using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

public class BackendAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:143", "127.0.0.1", 143)]
    [InlineData("mail.internal:65535", "mail.internal", 65535)]
    [InlineData("localhost:1", "localhost", 1)]
    [InlineData("mail_server:25", "mail_server", 25)]
    [InlineData("mail.internal.:25", "mail.internal.", 25)]
    [InlineData("[::1]:143", "::1", 143)]
    [InlineData("[2001:db8::25]:25", "2001:db8::25", 25)]
    [InlineData("unix:/run/dovecot/imap", "/run/dovecot/imap", 0)]
    [InlineData("unix:/run/with:colon", "/run/with:colon", 0)]
    public void TryParse_Address_IsReadAndWrittenAlike(string text, string host, int port)
    {
        Assert.True(BackendAddress.TryParse(text, out var address));

        Assert.Equal(new BackendAddress(host, port), address);
        Assert.Equal(port == 0, address.IsUnix);
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("[2001:DB8:0::1]:25", "[2001:db8::1]:25")]
    [InlineData("UNIX:/run/a", "unix:/run/a")]
    [InlineData("127.0.0.1:0143", "127.0.0.1:143")]
    public void TryParse_WrittenInAnotherWay_IsTheSame(string text, string usual)
    {
        Assert.True(BackendAddress.TryParse(text, out var address));
        Assert.True(BackendAddress.TryParse(usual, out var same));

        Assert.Equal(same, address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("143")]
    [InlineData(":143")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:+143")]
    [InlineData("127.0.0.1: 143")]
    [InlineData("127.0.0.1:imap")]
    [InlineData("::1:143")]
    [InlineData("[::1]")]
    [InlineData("[::1]143")]
    [InlineData("[127.0.0.1]:143")]
    [InlineData("[mail.internal]:143")]
    [InlineData("[]:143")]
    [InlineData("mail internal:143")]
    [InlineData("imap://mail.internal:143")]
    [InlineData("999.0.0.1:143")]
    [InlineData("010.0.0.1:143")]
    [InlineData("127.1:143")]
    [InlineData("unix:")]
    [InlineData("unix:run/imap")]
    [InlineData("/run/imap")]
    public void TryParse_NoAddress_IsRefused(string text)
    {
        Assert.False(BackendAddress.TryParse(text, out var address));
        Assert.Null(address);
    }

    [Fact]
    public void TryParse_SocketPath_MayBeAsLongAsTheKernelTakes()
    {
        // Two bytes each: it is bytes that count.
        Assert.True(BackendAddress.TryParse("unix:/" + new string('é', 53), out _));
        Assert.False(BackendAddress.TryParse("unix:/" + new string('é', 53) + "a", out _));
    }
}
