using System.Buffers.Binary;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A capture in the classic pcap format, of raw IPv4 packets that carry the TCP streams given to it. Checksums are
/// left at zero; analysers do not check them by default.
/// </summary>
internal sealed class CaptureFile : IAsyncDisposable
{
    private const int LinkTypeRaw = 101;
    private const int SegmentBytes = 1400;
    private readonly FileStream _file;
    private uint _packets;

    /// <summary>Creates the file.</summary>
    public CaptureFile(string path)
    {
        _file = File.Create(path);
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), LinkTypeRaw);
        _file.Write(header);
    }

    /// <summary>A connection, opened with the three packets that open one.</summary>
    public Flow NewFlow(int clientPort, int serverPort) => new(this, (ushort)clientPort, (ushort)serverPort);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>One TCP connection of the capture.</summary>
    internal sealed class Flow
    {
        private const byte Syn = 0x02;
        private const byte Ack = 0x10;
        private readonly CaptureFile _capture;
        private readonly ushort _clientPort;
        private readonly ushort _serverPort;
        private uint _clientNext = 1;
        private uint _serverNext = 1;

        internal Flow(CaptureFile capture, ushort clientPort, ushort serverPort)
        {
            (_capture, _clientPort, _serverPort) = (capture, clientPort, serverPort);
            lock (capture._file)
            {
                capture.WritePacket(clientPort, serverPort, 0, 0, Syn, []);
                capture.WritePacket(serverPort, clientPort, 0, 1, Syn | Ack, []);
                capture.WritePacket(clientPort, serverPort, 1, 1, Ack, []);
            }
        }

        /// <summary>Records bytes on their way.</summary>
        public void Write(bool fromClient, ReadOnlySpan<byte> data)
        {
            lock (_capture._file)
            {
                while (!data.IsEmpty)
                {
                    var segment = data[..Math.Min(data.Length, SegmentBytes)];
                    if (fromClient)
                    {
                        _capture.WritePacket(_clientPort, _serverPort, _clientNext, _serverNext, Ack, segment);
                        _clientNext += (uint)segment.Length;
                    }
                    else
                    {
                        _capture.WritePacket(_serverPort, _clientPort, _serverNext, _clientNext, Ack, segment);
                        _serverNext += (uint)segment.Length;
                    }

                    data = data[segment.Length..];
                }
            }
        }
    }

    private void WritePacket(ushort from, ushort to, uint sequence, uint next, byte flags, ReadOnlySpan<byte> data)
    {
        var packet = new byte[16 + 20 + 20 + data.Length];
        var length = packet.Length - 16;
        BinaryPrimitives.WriteUInt32LittleEndian(packet, 1 + (_packets / 1000));
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), _packets % 1000 * 1000);
        BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(8), length);
        BinaryPrimitives.WriteInt32LittleEndian(packet.AsSpan(12), length);

        var ip = packet.AsSpan(16, 20);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)length);
        ip[8] = 64;
        ip[9] = 6;
        ReadOnlySpan<byte> loopback = [127, 0, 0, 1];
        loopback.CopyTo(ip[12..]);
        loopback.CopyTo(ip[16..]);

        var tcp = packet.AsSpan(36, 20);
        BinaryPrimitives.WriteUInt16BigEndian(tcp, from);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], to);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], next);
        tcp[12] = 0x50;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 0xffff);
        data.CopyTo(packet.AsSpan(56));
        _file.Write(packet);
        _packets++;
    }
}
