using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Dane;

namespace ForwardSecretProxy.FunctionalTests.Dane;

/// <summary>A resolver that answers what it should not.</summary>
public sealed class TlsaLookupTests(DnsFixture dns) : IClassFixture<DnsFixture>
{
    private static readonly TlsaOwner Owner = new("mail.signed.test", 25, "tcp");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Answer_EachTruncation_IsRefusedAndTheWholeOneTaken()
    {
        var whole = await AnswerOfTheResolverAsync();
        for (var length = 0; length < whole.Length; length++)
        {
            var refused = await Assert.ThrowsAsync<IOException>(() => AskAsync(whole[..length]));
            Assert.Contains("127.0.0.1:", refused.Message, StringComparison.Ordinal);
        }

        var taken = await AskAsync(whole);
        Assert.True(taken is { IsAuthenticated: true, IsSigned: true, Records.Count: 1, Ttl: DnsFixture.Ttl, Failure: null });
        Assert.Equal(await dns.RecordAsync("ecdsa.pem"), taken.Records[0].ToString());
    }

    [Fact]
    public async Task Answer_RecordOfEachShorterLength_IsShorterOrRefused()
    {
        var whole = await AnswerOfTheResolverAsync();
        // The RDATA of the TLSA record: its length stands before usage, selector and matching type.
        var at = whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0, 35, 3, 1, 1]);
        Assert.True(at > 0);
        for (var length = 0; length < 35; length++)
        {
            byte[] answer = [.. whole[..at], 0, (byte)length, .. whole[(at + 2)..(at + 2 + length)]];
            // One answer, and nothing behind it.
            BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), 1);
            BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(8), 0);
            BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(10), 0);
            if (length < 3)
                await Assert.ThrowsAsync<IOException>(() => AskAsync(answer));
            else
                Assert.Equal(2 * (length - 3), Assert.Single((await AskAsync(answer)).Records).Data.Length);
        }
    }

    [Fact]
    public async Task Answer_WithoutTheBit_IsNotAuthenticated()
    {
        var answer = await AnswerOfTheResolverAsync();
        Assert.NotEqual(0, answer[3] & 0x20);
        answer[3] &= 0xDF;

        Assert.False((await AskAsync(answer)).IsAuthenticated);
    }

    private async Task<byte[]> AnswerOfTheResolverAsync()
    {
        var question = Owner.ToString().TrimEnd('.').Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. label.Select(each => (byte)each)]);
        // Recursion desired; one question; EDNS with the DO bit (RFC 6891 section 6.1).
        byte[] query = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, .. question, 0, 0, 52, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0];
        using var client = new UdpClient(AddressFamily.InterNetwork);
        await client.SendAsync(query, new IPEndPoint(IPAddress.Loopback, dns.ResolverPort));
        return (await client.ReceiveAsync().WaitAsync(Patience)).Buffer;
    }

    /// <summary>Asks a resolver that answers every question with <paramref name="answer"/>, under the question's id.</summary>
    private static async Task<TlsaAnswer> AskAsync(byte[] answer)
    {
        using var resolver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)resolver.Client.LocalEndPoint!;
        using var stop = new CancellationTokenSource();
        var answering = AnswerAsync(resolver, answer, stop.Token);
        try
        {
            return await new TlsaLookup([address], Patience / 4).AskAsync(Owner, CancellationToken.None).WaitAsync(Patience);
        }
        finally
        {
            await stop.CancelAsync();
            Assert.True(await answering > 0, string.Create(CultureInfo.InvariantCulture, $"{address} was asked."));
        }
    }

    private static async Task<int> AnswerAsync(UdpClient resolver, byte[] answer, CancellationToken stop)
    {
        var count = 0;
        try
        {
            while (true)
            {
                var asked = await resolver.ReceiveAsync(stop);
                count++;
                byte[] reply = [.. answer];
                asked.Buffer.AsSpan(0, Math.Min(2, reply.Length)).CopyTo(reply);
                await resolver.SendAsync(reply, asked.RemoteEndPoint, stop);
            }
        }
        catch (OperationCanceledException)
        {
            return count;
        }
    }
}
