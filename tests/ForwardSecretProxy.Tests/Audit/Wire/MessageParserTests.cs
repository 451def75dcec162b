using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Tests.Audit.Wire;

/// <summary>Every parser at every truncation, and with a byte too many.</summary>
public class MessageParserTests
{
    private static readonly byte[] Random32 = [.. Enumerable.Range(0, 32).Select(each => (byte)each)];

    private static readonly Dictionary<string, (byte[] Body, Action<byte[]> Parse)> Messages = new()
    {
        ["ServerHello without extensions"] = (ServerHelloBody(), body => ServerHello.Parse(body)),
        ["ServerHello"] = (
            [.. ServerHelloBody(), .. Vector16([0, 43, 0, 2, 3, 4, 0, 51, 0, 7, 0, 29, 0, 3, 1, 2, 3])], body => ServerHello.Parse(body)),
        ["Certificate"] = (
            Vector24([.. Vector24([1, 2, 3]), .. Vector24([4])]), body => CertificateMessage.Parse(body, TlsVersion.Tls12)),
        ["Certificate of TLS 1.3"] = (
            [0, .. Vector24([.. Vector24([1, 2, 3]), 0, 4, 0, 5, 0, 0, .. Vector24([4]), 0, 0])],
            body => CertificateMessage.Parse(body, TlsVersion.Tls13)),
        ["ServerKeyExchange with a curve"] = (
            [3, 0, 29, 3, 1, 2, 3, 4, 3, 0, 2, 7, 7], body => ServerKeyExchange.Parse(body, Suite("ECDHE-RSA-AES128-GCM-SHA256"), TlsVersion.Tls12)),
        ["ServerKeyExchange of TLS 1.1"] = (
            [3, 0, 29, 3, 1, 2, 3, 0, 2, 7, 7], body => ServerKeyExchange.Parse(body, Suite("ECDHE-RSA-AES128-SHA"), TlsVersion.Tls11)),
        ["ServerKeyExchange with a field"] = (
            [0, 2, 9, 9, 0, 1, 2, 0, 2, 5, 5, 4, 1, 0, 2, 7, 7],
            body => ServerKeyExchange.Parse(body, Suite("DHE-RSA-AES128-GCM-SHA256"), TlsVersion.Tls12)),
        ["ServerKeyExchange without a signature"] = (
            [0, 2, 9, 9, 0, 1, 2, 0, 2, 5, 5], body => ServerKeyExchange.Parse(body, Suite("ADH-AES128-SHA"), TlsVersion.Tls12)),
        ["ServerKeyExchange with a hint"] = (
            [0, 1, 65, 3, 0, 29, 3, 1, 2, 3], body => ServerKeyExchange.Parse(body, Suite("ECDHE-PSK-AES128-CBC-SHA"), TlsVersion.Tls12)),
        ["NewSessionTicket"] = ([0, 0, 1, 0, 0, 2, 8, 8], body => NewSessionTicket.Parse(body, TlsVersion.Tls12)),
        ["NewSessionTicket of TLS 1.3"] = (
            [0, 0, 1, 0, 9, 9, 9, 9, 1, 0, 0, 2, 8, 8, 0, 8, 0, 42, 0, 4, 0, 0, 1, 0], body => NewSessionTicket.Parse(body, TlsVersion.Tls13)),
        ["SSL 2.0 SERVER-HELLO"] = ([4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0xAA, 1, 0, 0x80, 5], body => Ssl2ServerHello.Parse(body)),
        ["alert"] = ([2, 40], body => TlsAlert.Parse(body)),
    };

    public static TheoryData<string> Names => [.. Messages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_Whole_IsRead(string name)
    {
        Messages[name].Parse(Messages[name].Body);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_CutAnywhere_IsRefused(string name)
    {
        var (body, parse) = Messages[name];
        for (var length = 0; length < body.Length; length++)
        {
            // Before TLS 1.2 a ServerHello may well end there.
            if (name == "ServerHello" && length == ServerHelloBody().Length)
                continue;
            Assert.Throws<WireFormatException>(() => parse(body[..length]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_WithAByteTooMany_IsRefused(string name)
    {
        Assert.Throws<WireFormatException>(() => Messages[name].Parse([.. Messages[name].Body, 0]));
    }

    [Fact]
    public void ServerHello_SameExtensionTwice_IsRefused()
    {
        Assert.Throws<WireFormatException>(() => ServerHello.Parse([.. ServerHelloBody(), .. Vector16([0, 23, 0, 0, 0, 23, 0, 0])]));
    }

    [Fact]
    public void ServerHello_LongSessionId_IsRefused()
    {
        Assert.Throws<WireFormatException>(() => ServerHello.Parse([3, 3, .. Random32, 33, .. new byte[33], 0x13, 1, 0]));
    }

    [Fact]
    public void ServerKeyExchange_CurveWrittenOut_IsRefused()
    {
        Assert.Throws<WireFormatException>(() =>
            ServerKeyExchange.Parse([1, 0, 29, 3, 1, 2, 3], Suite("AECDH-AES128-SHA"), TlsVersion.Tls12));
    }

    private static byte[] ServerHelloBody() => [3, 3, .. Random32, 2, 5, 5, 0x13, 1, 0];

    private static byte[] Vector16(byte[] data) => [(byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static byte[] Vector24(byte[] data) => [0, .. Vector16(data)];

    private static CipherSuite Suite(string name) => CipherSuites.Find(name)!;
}
