using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Remote;
using ForwardSecretProxy.Tests.Signing;

namespace ForwardSecretProxy.FunctionalTests.Signers;

/// <summary>The proxy's end of one connection to a signer, of which the test writes the other end's answers byte by byte.</summary>
public sealed class SignerConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Ask_LastIsAnsweredFirst_EachGetsItsOwn()
    {
        const int many = 4;
        var (connection, far) = await ConnectAsync();
        using var _ = connection;
        using var __ = far;
        var asking = new List<Task<PendingAnswer>>();
        var requests = new List<byte[]>();
        for (var place = 0; place < many; place++)
        {
            asking.Add(AskAsync(connection, place));
            requests.Add(Receive(far));
        }

        for (var place = many - 1; place >= 0; place--)
            far.Send(AnswerTo(requests[place], (byte)place));

        for (var place = 0; place < many; place++)
            AssertIs((byte)place, await asking[place]);
    }

    // Each but for its flaw the answer to the first request in place 0: number 0x10000.
    public static TheoryData<byte[]> NoAnswers =>
    [
        [], [2], [2, 1, 0, 0, 0, 1, 0], [2, 1, 9, 0, 0, 1, 0, 0], [2, 2, 0, 0, 0, 1, 0, 0], [1, 1, 0, 0, 0, 1, 0, 0],
        [2, 1, 0, 0, 0, 1, 0, 0, .. new byte[600]],
    ];

    [Theory]
    [MemberData(nameof(NoAnswers))]
    public async Task Ask_AnswerThatIsNone_EndsIt(byte[] answer)
    {
        var (connection, far) = await ConnectAsync();
        using var _ = connection;
        using var __ = far;
        var asking = AskAsync(connection, 0);
        Assert.Equal([0, 1, 0, 0], Receive(far)[4..8]);

        far.Send(answer);

        Assert.False((await Assert.ThrowsAsync<SignerLostException>(() => asking)).IsTimeout);
        Assert.NotNull(connection.Lost);
    }

    // Of a place that there is not, of one in which nobody asks, of an earlier request, of a later one.
    [Theory]
    [InlineData(0x1FFFFu)]
    [InlineData(0x10001u)]
    [InlineData(0u)]
    [InlineData(0x20000u)]
    public async Task Ask_AnswerToNobody_IsLeftOutAndTheRightOneArrives(uint number)
    {
        var (connection, far) = await ConnectAsync();
        using var _ = connection;
        using var __ = far;
        var asking = AskAsync(connection, 0);
        var request = Receive(far);
        var wrong = request.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(wrong.AsSpan(4), number);

        far.Send(AnswerTo(wrong, 9));
        far.Send(AnswerTo(request, 1));

        AssertIs(1, await asking);
        Assert.Null(connection.Lost);
    }

    [Fact]
    public async Task Ask_AnswerThatComesTwice_CountsOnce()
    {
        var (connection, far) = await ConnectAsync();
        using var _ = connection;
        using var __ = far;
        var one = AskAsync(connection, 0);
        var first = Receive(far);
        var other = AskAsync(connection, 1);
        var second = Receive(far);

        // While somebody still reads, and at the end for the next one to find.
        far.Send(AnswerTo(second, 2));
        far.Send(AnswerTo(second, 9));
        far.Send(AnswerTo(first, 1));
        far.Send(AnswerTo(first, 9));

        AssertIs(1, await one);
        AssertIs(2, await other);
        var next = AskAsync(connection, 0);
        far.Send(AnswerTo(Receive(far), 3));
        AssertIs(3, await next);
    }

    [Fact]
    public async Task Ask_AnswerAfterItsTime_GoesToNobody()
    {
        var (connection, far) = await ConnectAsync();
        using var _ = connection;
        using var __ = far;
        var late = AskAsync(connection, 0, TimeSpan.FromMilliseconds(50));
        var first = Receive(far);
        Assert.True((await Assert.ThrowsAsync<SignerLostException>(() => late)).IsTimeout);

        var next = AskAsync(connection, 0);
        var second = Receive(far);
        far.Send(AnswerTo(first, 1));
        far.Send(AnswerTo(second, 2));

        AssertIs(2, await next);
    }

    private static async Task<(SignerConnection Near, Socket Far)> ConnectAsync()
    {
        using var listener = SignerAddress.NewSocket();
        listener.Bind(new SignerAddress($"@fsp-test-{RandomNumberGenerator.GetHexString(16)}").EndPoint);
        listener.Listen(1);
        var near = SignerAddress.NewSocket();
        await near.ConnectAsync(listener.LocalEndPoint!);
        var far = await listener.AcceptAsync();
        far.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        return (new SignerConnection(near, places: 4), far);
    }

    private static Task<PendingAnswer> AskAsync(SignerConnection connection, int place, TimeSpan? limit = null) => OwnThread.RunAsync(() =>
        connection.Ask(place, SignatureScheme.EcdsaSecp256r1Sha256, 1, SignedBlocks.CertificateVerify(32), limit ?? Patience));

    private static byte[] Receive(Socket far)
    {
        var packet = new byte[1024];
        return packet[..far.Receive(packet)];
    }

    private static byte[] AnswerTo(byte[] request, byte content) => [2, 1, 0, 0, .. request[4..8], content];

    private static void AssertIs(byte content, PendingAnswer answer) =>
        Assert.Equal((SignStatus.Signed, 1, content), (answer.Status, answer.Length, answer.Content[0]));
}
