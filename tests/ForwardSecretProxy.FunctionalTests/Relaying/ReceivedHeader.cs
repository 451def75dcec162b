using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>
/// A PROXY protocol header as a strict backend reads it (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt): what
/// is not as it should be is a failure.
/// </summary>
/// <param name="Client">Source address and port.</param>
/// <param name="Local">Destination address and port.</param>
/// <param name="Additions">Version 2's type-length-values, those inside of PP2_TYPE_SSL (0x20) with that type in front.</param>
internal sealed record ReceivedHeader(IPEndPoint Client, IPEndPoint Local, IReadOnlyDictionary<string, string> Additions)
{
    private static readonly byte[] Signature = "\r\n\r\n\0\r\nQUIT\n"u8.ToArray();

    /// <summary>Reads version 1, and not one byte more.</summary>
    public static async Task<ReceivedHeader> ReadVersion1Async(Stream stream)
    {
        var line = new List<byte>();
        while (line is not [.., (byte)'\r', (byte)'\n'])
        {
            line.Add((await ReadAsync(stream, 1))[0]);
            // Section 2.1: the longest line.
            Assert.InRange(line.Count, 1, 107);
        }

        var parts = Encoding.ASCII.GetString([.. line[..^2]]).Split(' ');
        Assert.Equal(6, parts.Length);
        Assert.Equal("PROXY", parts[0]);
        var family = parts[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unknown,
        };
        return new(EndPoint(parts[2], parts[4]), EndPoint(parts[3], parts[5]), new Dictionary<string, string>());

        IPEndPoint EndPoint(string address, string port)
        {
            var parsed = IPAddress.Parse(address);
            Assert.Equal(family, parsed.AddressFamily);
            Assert.Equal(address, parsed.ToString());
            var number = ushort.Parse(port, NumberStyles.None, CultureInfo.InvariantCulture);
            Assert.Equal(port, number.ToString(CultureInfo.InvariantCulture));
            return new IPEndPoint(parsed, number);
        }
    }

    /// <summary>Reads version 2, and not one byte more.</summary>
    public static async Task<ReceivedHeader> ReadVersion2Async(Stream stream)
    {
        var start = await ReadAsync(stream, 16);
        Assert.Equal(Signature, start[..12]);
        // Version 2, PROXY; TCP over IPv4 or IPv6.
        Assert.Equal(0x21, start[12]);
        Assert.Contains(start[13], (byte[])[0x11, 0x21]);
        var size = start[13] == 0x11 ? 4 : 16;
        var body = await ReadAsync(stream, BinaryPrimitives.ReadUInt16BigEndian(start.AsSpan(14)));
        var additions = new Dictionary<string, string>();
        ReadAdditions(body.AsSpan((2 * size) + 4), "", additions);
        return new(EndPoint(0, 0), EndPoint(size, 2), additions);

        IPEndPoint EndPoint(int address, int port) => new(
            new IPAddress(body.AsSpan(address, size)), BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan((2 * size) + port)));
    }

    private static void ReadAdditions(ReadOnlySpan<byte> bytes, string prefix, Dictionary<string, string> additions)
    {
        while (!bytes.IsEmpty)
        {
            var name = prefix + Convert.ToHexStringLower(bytes[..1]);
            var value = bytes.Slice(3, BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]));
            bytes = bytes[(3 + value.Length)..];
            if (name == "20")
            {
                // Section 2.2.6: client bits and the verification's result stand before the rest.
                Assert.True(additions.TryAdd(name, Convert.ToHexString(value[..5])));
                ReadAdditions(value[5..], name, additions);
            }
            else
            {
                Assert.True(additions.TryAdd(name, Encoding.ASCII.GetString(value)), name);
            }
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        return bytes;
    }
}
