using System.Net;
using System.Text;
using ForwardSecretProxy.Clients;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Tests.Relaying;

/// <summary>Against the parser of the listeners that take such headers, and byte by byte against the specification.</summary>
public class ProxyHeaderWriterTests
{
    private static readonly TlsSessionInfo Session = new(
        "TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", null, "imap.example.test", "imap", Resumed: false);

    public static TheoryData<string, string, string> Addresses => new()
    {
        { "192.0.2.7:56324", "198.51.100.1:993", "192.0.2.7:56324" },
        { "192.0.2.7:0", "198.51.100.1:65535", "192.0.2.7:0" },
        { "[2001:db8::7]:56324", "[2001:db8::1]:993", "[2001:db8::7]:56324" },
        { "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", "[2001:db8:1111:2222:3333:4444:5555:7777]:65535",
            "[2001:db8:1111:2222:3333:4444:5555:6666]:65535" },
        // A socket of both families.
        { "[::ffff:192.0.2.7]:56324", "[::ffff:198.51.100.1]:993", "192.0.2.7:56324" },
        // Behind a load balancer.
        { "192.0.2.7:56324", "[2001:db8::1]:993", "192.0.2.7:56324" },
        { "[2001:db8::7]:56324", "198.51.100.1:993", "[2001:db8::7]:56324" },
        { "[2001:db8::7]:56324", "[::ffff:198.51.100.1]:993", "[2001:db8::7]:56324" },
        // A neighbour on a link; the zone is this machine's own affair.
        { "[fe80::7%3]:56324", "[fe80::1%3]:993", "[fe80::7]:56324" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Write_AnyAddresses_AreReadAgain(string client, string local, string read)
    {
        foreach (var version in (ProxyProtocol[])[ProxyProtocol.V1, ProxyProtocol.V2])
        {
            foreach (var session in (TlsSessionInfo?[])[null, Session])
            {
                var written = ProxyHeaderWriter.Write(version, IPEndPoint.Parse(client), IPEndPoint.Parse(local), session);

                Assert.Equal(
                    new ProxyHeader(ProxyHeaderStatus.Complete, written.Length, IPEndPoint.Parse(read)),
                    ProxyHeader.Parse(written.Span));
            }
        }
    }

    [Theory]
    [InlineData("192.0.2.7:56324", "198.51.100.1:993", "PROXY TCP4 192.0.2.7 198.51.100.1 56324 993\r\n")]
    [InlineData("[2001:db8::7]:1", "[2001:db8::1]:993", "PROXY TCP6 2001:db8::7 2001:db8::1 1 993\r\n")]
    [InlineData("[2001:db8::7]:1", "198.51.100.1:993", "PROXY TCP6 2001:db8::7 ::ffff:198.51.100.1 1 993\r\n")]
    [InlineData("192.0.2.7:1", "[2001:db8::1]:993", "PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 1 993\r\n")]
    public void Write_Version1_IsTheLineOfTheSpecification(string client, string local, string line)
    {
        var written = ProxyHeaderWriter.Write(ProxyProtocol.V1, IPEndPoint.Parse(client), IPEndPoint.Parse(local), Session);

        Assert.Equal(line, Encoding.Latin1.GetString(written.Span));
    }

    [Fact]
    public void Write_Version2_IsTheBytesOfTheSpecification()
    {
        var written = ProxyHeaderWriter.Write(
            ProxyProtocol.V2, IPEndPoint.Parse("192.0.2.7:258"), IPEndPoint.Parse("198.51.100.1:993"),
            Session with { ServerName = "a", ApplicationProtocol = "imap", CipherSuite = "S" });

        Assert.Equal(
            "0D0A0D0A000D0A515549540A" // Signature
            + "21" + "11" + "002D" // PROXY, TCP over IPv4, length
            + "C0000207" + "C6336401" + "0102" + "03E1"
            + "010004" + Hex("imap")
            + "020001" + Hex("a")
            + "200013" + "01" + "00000001" + "210007" + Hex("TLSv1.3") + "230001" + Hex("S"),
            Convert.ToHexString(written.Span));
    }

    [Fact]
    public void Write_ClientWithACertificate_IsVerified()
    {
        var session = Session with { ClientCertificate = new TlsClientCertificate(new byte[1], "CN=alice") };

        var written = Write(session);

        // Bits: TLS, certificate on the connection, certificate in the session. Then: verified.
        Assert.Equal("0700000000", Convert.ToHexString(Addition(written, 0x20).AsSpan(0, 5)));
    }

    [Fact]
    public void Write_NoNameAndNoProtocol_AreNotThere()
    {
        var written = Write(Session with { ServerName = null, ApplicationProtocol = null });

        Assert.Empty(Addition(written, 0x01));
        Assert.Empty(Addition(written, 0x02));
        Assert.NotEmpty(Addition(written, 0x20));
    }

    [Fact]
    public void Write_InTheClear_SaysNothingOfTls() =>
        Assert.Equal(28, ProxyHeaderWriter.Write(
            ProxyProtocol.V2, IPEndPoint.Parse("192.0.2.7:1"), IPEndPoint.Parse("192.0.2.1:1"), null).Length);

    [Fact]
    public void Write_None_IsNothing()
    {
        Assert.True(ProxyHeaderWriter.Write(
            ProxyProtocol.None, IPEndPoint.Parse("192.0.2.7:1"), IPEndPoint.Parse("192.0.2.1:1"), Session).IsEmpty);
        Assert.True(ProxyHeaderWriter.WriteLocal(
            ProxyProtocol.None, IPEndPoint.Parse("192.0.2.7:1"), IPEndPoint.Parse("192.0.2.1:1")).IsEmpty);
    }

    [Theory]
    [InlineData(ProxyProtocol.V1, "192.0.2.7:7", "192.0.2.1:25", "PROXY TCP4 192.0.2.7 192.0.2.1 7 25\r\n")]
    [InlineData(ProxyProtocol.V1, "[::1]:7", "[::1]:25", "PROXY TCP6 ::1 ::1 7 25\r\n")]
    [InlineData(ProxyProtocol.V1, "[fe80::7%3]:7", "[fe80::1%3]:25", "PROXY TCP6 fe80::7 fe80::1 7 25\r\n")]
    [InlineData(ProxyProtocol.V1, null, null, "PROXY UNKNOWN\r\n")]
    [InlineData(ProxyProtocol.V2, "192.0.2.7:7", "192.0.2.1:25", "\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0")]
    [InlineData(ProxyProtocol.V2, null, null, "\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0")]
    public void WriteLocal_ForNobody_IsAHeaderThatServersTake(object version, string? own, string? backend, string header)
    {
        var written = ProxyHeaderWriter.WriteLocal(
            (ProxyProtocol)version, own is null ? null : IPEndPoint.Parse(own), backend is null ? null : IPEndPoint.Parse(backend));

        Assert.Equal(header, Encoding.Latin1.GetString(written.Span));
        Assert.Equal((ProxyHeaderStatus.Complete, header.Length), (ProxyHeader.Parse(written.Span).Status, ProxyHeader.Parse(written.Span).Length));
    }

    private static byte[] Write(TlsSessionInfo session) => ProxyHeaderWriter.Write(
        ProxyProtocol.V2, IPEndPoint.Parse("192.0.2.7:1"), IPEndPoint.Parse("192.0.2.1:1"), session).ToArray();

    /// <summary>An addition's value; empty when it is not there.</summary>
    private static byte[] Addition(byte[] header, byte type)
    {
        for (var position = 16 + 12; position < header.Length;)
        {
            var length = (header[position + 1] << 8) | header[position + 2];
            if (header[position] == type) return header[(position + 3)..(position + 3 + length)];
            position += 3 + length;
        }
        return [];
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));
}
