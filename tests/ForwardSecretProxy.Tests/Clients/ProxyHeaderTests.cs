using System.Buffers.Binary;
using System.Net;
using System.Text;
using ForwardSecretProxy.Clients;

namespace ForwardSecretProxy.Tests.Clients;

public class ProxyHeaderTests
{
    private const int FixedLength = 16;

    public static TheoryData<string, string?> Lines => new()
    {
        { "PROXY TCP4 192.0.2.66 192.0.2.1 56324 443\r\n", "192.0.2.66:56324" },
        { "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535" },
        { "PROXY TCP4 192.0.2.66 192.0.2.1 0 443\r\n", "192.0.2.66:0" },
        { "PROXY TCP6 2001:db8::66 2001:db8::1 56324 443\r\n", "[2001:db8::66]:56324" },
        { "PROXY TCP6 ::ffff:192.0.2.66 ::1 56324 443\r\n", "192.0.2.66:56324" },
        { "PROXY UNKNOWN\r\n", null },
        { "PROXY UNKNOWN ffff:f...f:ffff what ever\r\n", null },
        { "PROXY UNKNOWN " + new string('x', 91) + "\r\n", null },
    };

    public static TheoryData<string> BrokenLines =>
    [
        "PROXY TCP4 192.0.2.66 192.0.2.1 56324 443\n",
        "PROXY TCP4 192.0.2.66 192.0.2.1 56324 443 \r\n",
        "PROXY TCP4 192.0.2.66 192.0.2.1 56324\r\n",
        "PROXY TCP4  192.0.2.66 192.0.2.1 56324 443\r\n",
        "PROXY  TCP4 192.0.2.66 192.0.2.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.066 192.0.2.1 56324 443\r\n",
        "PROXY TCP4 192.0.2.66 192.0.2 56324 443\r\n",
        "PROXY TCP4 192.0.2.66 192.0.2.1 56324 65536\r\n",
        "PROXY TCP4 192.0.2.66 192.0.2.1 056324 443\r\n",
        "PROXY TCP4 192.0.2.66 192.0.2.1 -1 443\r\n",
        "PROXY TCP4 192.0.2.66 192.0.2.1 56324 +443\r\n",
        "PROXY TCP4 2001:db8::66 2001:db8::1 56324 443\r\n",
        "PROXY TCP6 192.0.2.66 192.0.2.1 56324 443\r\n",
        "PROXY TCP6 2001:db8::66%1 2001:db8::1 56324 443\r\n",
        "PROXY UDP4 192.0.2.66 192.0.2.1 56324 443\r\n",
        "PROXY tcp4 192.0.2.66 192.0.2.1 56324 443\r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY \r\n",
        "PROXY UNKNOWN " + new string('x', 92) + "\r\n",
        "proxy TCP4 192.0.2.66 192.0.2.1 56324 443\r\n",
        "GET / HTTP/1.1\r\n",
        "\u0016\u0003\u0001\u0002\u0000",
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Parse_Version1_IsReadWholeAndAtNoTruncation(string line, string? client) =>
        AssertReadWhole(Encoding.Latin1.GetBytes(line), client is null ? null : IPEndPoint.Parse(client));

    [Theory]
    [MemberData(nameof(BrokenLines))]
    public void Parse_Version1Broken_IsInvalid(string line)
    {
        // Whatever may follow.
        var bytes = Encoding.Latin1.GetBytes(line + new string('\0', 200));

        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(bytes).Status);
    }

    [Fact]
    public void Parse_Version1WithoutAnEnd_IsInvalidAt107Bytes()
    {
        var bytes = Encoding.Latin1.GetBytes("PROXY UNKNOWN " + new string('x', 200));

        Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.Parse(bytes.AsSpan(0, 106)).Status);
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(bytes.AsSpan(0, 107)).Status);
    }

    [Fact]
    public void Parse_Version2Tcp4_IsReadWholeAndAtNoTruncation() =>
        AssertReadWhole(Version2(0x21, 0x11, Tcp4()), IPEndPoint.Parse("192.0.2.66:56324"));

    [Fact]
    public void Parse_Version2Tcp6_IsReadWholeAndAtNoTruncation() =>
        AssertReadWhole(Version2(0x21, 0x21, Tcp6()), IPEndPoint.Parse("[2001:db8::66]:56324"));

    [Fact]
    public void Parse_Version2WithAdditions_IsReadWholeAndAtNoTruncation() =>
        AssertReadWhole(Version2(0x21, 0x11, [.. Tcp4(), 0x04, 0, 2, 9, 9, 0xEA, 0, 0]), IPEndPoint.Parse("192.0.2.66:56324"));

    [Theory]
    // LOCAL, with and without a family and a block that are to be ignored.
    [InlineData(0x20, 0x00, 0)]
    [InlineData(0x20, 0xFF, 30)]
    // For whom is not known, or not in a way that this connection could have.
    [InlineData(0x21, 0x00, 0)]
    [InlineData(0x21, 0x00, 7)]
    [InlineData(0x21, 0x12, 12)]
    [InlineData(0x21, 0x22, 36)]
    [InlineData(0x21, 0x31, 216)]
    [InlineData(0x21, 0x32, 216)]
    public void Parse_Version2WithoutAClient_LeavesTheConnectionsOwn(byte command, byte family, int length) =>
        AssertReadWhole(Version2(command, family, new byte[length]), null);

    [Theory]
    [InlineData(0x11, 0x11)] // version 1 in the form of version 2
    [InlineData(0x31, 0x11)]
    [InlineData(0x22, 0x11)] // no command
    [InlineData(0x2F, 0x11)]
    [InlineData(0x21, 0x13)] // no transport
    [InlineData(0x21, 0x41)] // no family
    [InlineData(0x21, 0xF1)]
    public void Parse_Version2Unassigned_IsInvalid(byte command, byte family) =>
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(Version2(command, family, Tcp6())).Status);

    [Fact]
    public void Parse_Version2UnknownVersion_IsInvalidAsSoonAsItIsSeen() =>
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(Version2(0x31, 0x11, Tcp4()).AsSpan(0, 13)).Status);

    [Theory]
    [InlineData(0x11, 11)]
    [InlineData(0x21, 35)]
    [InlineData(0x21, 0)]
    public void Parse_Version2TooShortForItsFamily_IsInvalid(byte family, int length) =>
        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(Version2(0x21, family, new byte[length])).Status);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Parse_Version2WithHalfAnAddition_IsInvalid(int length) => Assert.Equal(ProxyHeaderStatus.Invalid,
        ProxyHeader.Parse(Version2(0x21, 0x11, [.. Tcp4(), .. ((byte[])[0x04, 0, 2, 9])[..length]])).Status);

    [Fact]
    public void Parse_Version2TooLong_IsInvalidAsSoonAsItIsKnown()
    {
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.Parse(Version2(0x20, 0, new byte[ProxyHeader.MaxLength - FixedLength])).Status);

        var longer = Version2(0x20, 0, new byte[ProxyHeader.MaxLength - FixedLength + 1]);

        Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(longer.AsSpan(0, FixedLength)).Status);
    }

    [Fact]
    public void Parse_Version2WithChecksum_IsCompleteOnlyWhenItIsRight()
    {
        byte[] header = Version2(0x21, 0x11, [.. Tcp4(), 0x03, 0, 4, 0, 0, 0, 0, 0x04, 0, 0]);
        var checksum = header.AsSpan(FixedLength + 12 + 3, 4);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32C(header));
        Assert.Equal(ProxyHeaderStatus.Complete, ProxyHeader.Parse(header).Status);

        // The addresses, the checksum itself, what comes after it.
        foreach (var i in Enumerable.Range(FixedLength, 12).Concat(Enumerable.Range(FixedLength + 15, 5)))
        {
            header[i] ^= 1;
            Assert.Equal(ProxyHeaderStatus.Invalid, ProxyHeader.Parse(header).Status);
            header[i] ^= 1;
        }
    }

    [Fact]
    public void Parse_Anything_NeitherThrowsNorChangesItsMind()
    {
        var random = new Random(20261126);
        byte[][] seeds =
        [
            .. Lines.Select(line => Encoding.Latin1.GetBytes((string)line[0])),
            Version2(0x21, 0x11, [.. Tcp4(), 0x03, 0, 4, 1, 2, 3, 4, 0x04, 0, 9]),
            Version2(0x21, 0x21, [.. Tcp6(), 0x20, 0, 3, 1, 2, 3]),
            Version2(0x20, 0, []),
        ];
        var complete = 0;
        for (var round = 0; round < 20_000; round++)
        {
            byte[] bytes = [.. seeds[random.Next(seeds.Length)], .. new byte[random.Next(4)]];
            for (var change = random.Next(4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            var whole = ProxyHeader.Parse(bytes);

            // What is decided early stays decided, and nothing is decided by what does not belong to it.
            var cut = random.Next(bytes.Length);
            var part = ProxyHeader.Parse(bytes.AsSpan(0, cut));
            if (part.Status != ProxyHeaderStatus.Incomplete) Assert.Equal(whole, part);
            if (whole.Status != ProxyHeaderStatus.Complete) continue;
            complete++;
            Assert.InRange(whole.Length, 15, bytes.Length);
            Assert.Equal(whole, ProxyHeader.Parse(bytes.AsSpan(0, whole.Length)));
        }

        Assert.InRange(complete, 1_000, 19_000);
    }

    private static void AssertReadWhole(byte[] header, IPEndPoint? client)
    {
        for (var length = 0; length < header.Length; length++)
            Assert.Equal(ProxyHeaderStatus.Incomplete, ProxyHeader.Parse(header.AsSpan(0, length)).Status);

        var expected = new ProxyHeader(ProxyHeaderStatus.Complete, header.Length, client);
        Assert.Equal(expected, ProxyHeader.Parse(header));
        // Not one byte of what follows is the header's.
        Assert.Equal(expected, ProxyHeader.Parse([.. header, 0x16, 0x03, 0x01]));
    }

    private static byte[] Version2(byte command, byte family, byte[] block)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)block.Length);
        return [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, .. length, .. block];
    }

    private static byte[] Tcp4() => [192, 0, 2, 66, 192, 0, 2, 1, 0xDC, 0x04, 0x01, 0xBB];

    private static byte[] Tcp6() =>
    [
        .. IPAddress.Parse("2001:db8::66").GetAddressBytes(), .. IPAddress.Parse("2001:db8::1").GetAddressBytes(),
        0xDC, 0x04, 0x01, 0xBB,
    ];

    /// <summary>Bit by bit, as RFC 4960 appendix B defines it, and not as the parser has it done.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
        }

        return ~crc;
    }
}
