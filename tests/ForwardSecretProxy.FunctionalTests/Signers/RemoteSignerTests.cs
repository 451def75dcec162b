using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Remote;
using ForwardSecretProxy.Tests.Signing;
using ForwardSecretProxy.Tests.Signing.Remote;
using Net.Pkcs11Interop.Common;

namespace ForwardSecretProxy.FunctionalTests.Signers;

/// <summary>Both ends of the signer's socket, in one process, with a token in software that does what the test says.</summary>
public sealed class RemoteSignerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly ForwardSecretProxy.Signing.Keys.Pkcs11Uri Uri = ForwardSecretProxy.Signing.Keys.Pkcs11Uri.For("stub", "web");

    private readonly StubToken _token = new();
    private readonly SignerAddress _address = new($"@fsp-test-{RandomNumberGenerator.GetHexString(16)}");
    private PacketService? _service;
    private int _questions;

    public void Dispose() => _service?.Dispose();

    [Fact]
    public async Task Sign_ManyAtOnce_AreAllUnderWayAtOnce()
    {
        const int many = 16;
        Start(sessions: many);
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        using var meeting = new Barrier(many);
        // Each signature waits until all the others have begun.
        _token.InSignature = () => Assert.True(meeting.SignalAndWait(Patience));

        var signed = await Task.WhenAll(Enumerable.Range(0, many).Select(_ => SignOnThreadAsync(token, signer)));

        Assert.All(signed, Assert.True);
    }

    [Fact]
    public async Task Sign_AnswersComeInAnotherOrder_EachGetsItsOwn()
    {
        Start(sessions: 8);
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        var (begun, change) = (0, new object());
        // Every second one waits until the one after it has begun.
        _token.InSignature = () =>
        {
            lock (change)
            {
                var own = ++begun;
                Monitor.PulseAll(change);
                while (own % 2 == 1 && begun == own) Assert.True(Monitor.Wait(change, Patience));
            }
        };

        var signed = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => SignOnThreadAsync(token, signer)));

        Assert.All(signed, Assert.True);
        Assert.Equal(200, _token.Signatures);
    }

    [Fact]
    public async Task Sign_SignerStartsAnewMeanwhile_AsksForTheKeyAgainAndSigns()
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        Assert.True(await SignOnThreadAsync(token, signer));

        Restart(_token);

        Assert.True(await SignOnThreadAsync(token, signer));
        Assert.Equal(2, _token.Signatures);
    }

    [Fact]
    public async Task Sign_SignerEndsInTheMiddle_IsAskedAgain()
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        // There is a connection for each processor then, and all of them end.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SignOnThreadAsync(token, signer))), Assert.True);
        using var begun = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        _token.InSignature = () =>
        {
            begun.Release();
            go.Wait(Patience);
        };
        var signing = SignOnThreadAsync(token, signer);
        Assert.True(await begun.WaitAsync(Patience));

        Restart(_token);
        go.Release(2);

        Assert.True(await signing);
    }

    [Fact]
    public async Task Sign_AnotherKeyAfterARestart_IsRefused()
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);

        // The same names, and another key: a signer that offers it would break every handshake, or worse.
        Restart(new StubToken());

        await Assert.ThrowsAsync<SigningException>(() => SignOnThreadAsync(token, signer));
    }

    public static TheoryData<string, Exception, bool> FailuresOfAKey => new()
    {
        { "not there", new TokenException("There is no private key pkcs11:object=web."), false },
        { "can do too much", new KeyRefusedException(Report(onlySignaturesFailed: false)), false },
        { "signs wrongly", new KeyRefusedException(Report(onlySignaturesFailed: true)), true },
        { "token failed", new TokenException("The device failed.", (uint)CKR.CKR_DEVICE_ERROR), true },
    };

    [Theory]
    [MemberData(nameof(FailuresOfAKey))]
    public async Task Sign_KeyIsRefusedAfterARestart_OthersSignUnlessTheTokenIsToBlame(string what, Exception failure, bool isTokens)
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        var other = await token.OpenSignerAsync(Uri, null, default);
        Restart(_token);
        (_token.OnOpen, _token.IsLostByOpen) = (failure, isTokens);

        var refused = await Assert.ThrowsAsync<SigningException>(() => SignOnThreadAsync(token, signer));

        Assert.Equal(failure.Message, refused.Message);
        Assert.True(isTokens != token.Pool.IsAvailable, what);
        if (isTokens) return;
        _token.OnOpen = null;
        Assert.True(await SignOnThreadAsync(token, other));
    }

    [Fact]
    public async Task Sign_KeyIsRefused_IsAskedForOnceASecondAndBackInTheEnd()
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        Restart(_token);
        _token.OnOpen = new TokenException("There is no private key pkcs11:object=web.");
        var (before, begun) = (_token.Openings, Stopwatch.GetTimestamp());

        for (var i = 0; i < 50; i++) await Assert.ThrowsAsync<SigningException>(() => SignOnThreadAsync(token, signer));

        Assert.InRange(_token.Openings - before, 1, 1 + (int)Stopwatch.GetElapsedTime(begun).TotalSeconds);
        _token.OnOpen = null;
        while (true)
        {
            try
            {
                Assert.True(await SignOnThreadAsync(token, signer));
                break;
            }
            catch (SigningException) when (Stopwatch.GetElapsedTime(begun) < Patience)
            {
                await Task.Delay(20);
            }
        }
    }

    [Fact]
    public async Task Acquire_SignerIsKnownToSign_DoesNotAskAgain()
    {
        const int many = 8;
        Start(sessions: many);
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        Assert.True(await SignOnThreadAsync(token, signer));
        var before = Questions;
        var leases = new List<ISigningLease>();

        for (var i = 0; i < many; i++) leases.Add(await token.Pool.AcquireAsync(CancellationToken.None));

        Assert.Equal((many, before), (token.Sessions.OpenCount, Questions));
        leases.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public async Task Acquire_TokenFailed_IsNotToBeHadUntilTheSignerSaysSo()
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        Assert.True(await SignOnThreadAsync(token, signer));
        _token.IsAvailable = false;
        _token.InSignature = () => throw new SigningException("It is tired.");
        var before = Questions;
        await Assert.ThrowsAsync<SigningException>(() => SignOnThreadAsync(token, signer));

        await token.Sessions.TryAgainAsync(default);
        Assert.False(token.Pool.IsAvailable);
        Assert.True(Questions > before);

        _token.IsAvailable = true;
        await token.Sessions.TryAgainAsync(default);
        Assert.True(token.Pool.IsAvailable);
    }

    [Fact]
    public async Task Sign_NoSigner_FailsAndTheNextOneAtOnce()
    {
        Start();
        using var token = Open();
        var signer = await token.OpenSignerAsync(Uri, null, default);
        Stop();

        var failure = await Assert.ThrowsAsync<SigningException>(() => SignOnThreadAsync(token, signer));

        Assert.Contains("no signer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PeerThatMayNot_IsRefusedAndNamed()
    {
        var refused = new List<PeerCredentials>();
        Start(admits: _ => false, onRefused: refused.Add);

        var failure = Assert.Throws<SignerLostException>(Open);

        Assert.Contains("SignerClients", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, Assert.Single(refused).Process);
    }

    [Fact]
    public void Service_PeerReadsNothing_IsCutOffAndOthersAreServed()
    {
        Start();
        using var deaf = _address.Connect(Patience);
        deaf.SendTimeout = (int)Patience.TotalMilliseconds;
        var request = new byte[SignerProtocol.RequestHeader];
        SignerProtocol.WriteRequest(request, SignatureScheme.EcdsaSecp256r1Sha256, 1, 1, []);

        // First its answers fill its end, then nobody reads its questions any more.
        var end = Assert.Throws<SocketException>(AskForEver);

        Assert.Contains(end.SocketErrorCode, (SocketError[])[SocketError.Shutdown, SocketError.ConnectionReset]);
        using var token = Open();

        void AskForEver()
        {
            while (true) deaf.Send(request);
        }
    }

    [Fact]
    public void Open_SignerOfAnotherUser_IsRefused()
    {
        Start();

        var failure = Assert.Throws<SignerLostException>(() =>
            RemoteToken.Open(_address, PeerCredentials.Own.User + 1, Patience, null));

        Assert.Contains("not our signer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OfAnotherUserWhileItIsInUse_IsRefusedToo()
    {
        Start();
        using var token = Open();

        Assert.Throws<SignerLostException>(() => RemoteToken.Open(_address, PeerCredentials.Own.User + 1, Patience, null));
    }

    [Fact]
    public async Task Open_AgainWithOtherLimits_AppliesThemToAll()
    {
        Start(sessions: 4);
        using var token = Open();
        Assert.Equal(4, token.Sessions.Limit);
        Stop();
        Start(sessions: 1);

        using var again = RemoteToken.Open(_address, PeerCredentials.Own.User, TimeSpan.FromMilliseconds(50), null);

        Assert.Same(token.Pool, again.Pool);
        Assert.Equal(1, token.Sessions.Limit);
        using var lease = await token.Pool.AcquireAsync(CancellationToken.None);
        var failure = await Assert.ThrowsAsync<SigningException>(() => token.Pool.AcquireAsync(CancellationToken.None).AsTask());
        Assert.Contains("within 0.05 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FailedBefore_IsTriedAnew()
    {
        Assert.Throws<SignerLostException>(Open);

        Start();

        using var token = Open();
        using var lease = await token.Pool.AcquireAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Dispose_AnotherSignerDoesNotAnswer_DoesNotWaitForIt()
    {
        Start();
        var token = Open();
        var silent = new SignerAddress(_address.Name + "-silent");
        using var listener = SignerAddress.NewSocket();
        listener.Bind(silent.EndPoint);
        listener.Listen(8);
        var opening = OwnThread.RunAsync(() => RemoteToken.Open(silent, null, Patience, null));
        using var asked = await listener.AcceptAsync();
        Assert.NotEqual(0, asked.Receive(new byte[SignerProtocol.MaxPacket]));

        token.Dispose();

        // Whoever gives up closes its end.
        Assert.False(asked.Poll(TimeSpan.Zero, SelectMode.SelectRead));
        asked.Dispose();
        await Assert.ThrowsAsync<SignerLostException>(() => opening);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    public void Open_WhatListensIsNoSigner_SaysSo(string says)
    {
        using var listener = SignerAddress.NewSocket();
        listener.Bind(_address.EndPoint);
        listener.Listen(8);
        _ = Task.Run(() =>
        {
            while (true)
            {
                using var socket = listener.Accept();
                socket.Receive(new byte[SignerProtocol.MaxPacket]);
                if (says.Length > 0) socket.Send(System.Text.Encoding.UTF8.GetBytes(says));
            }
        });

        var failure = Assert.Throws<SignerLostException>(Open);

        Assert.Contains(says.Length == 0 ? "ended" : "no signer of this version", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>How many exchanges the signer had.</summary>
    private int Questions => Volatile.Read(ref _questions);

    private static KeyGateReport Report(bool onlySignaturesFailed) =>
        new("pkcs11:object=web", [new KeyGateFinding("CKA_SENSITIVE", "true", "false", "It can be read.", false)], [], [])
        {
            OnlySignaturesFailed = onlySignaturesFailed,
        };

    private void Start(
        int sessions = 4, Func<PeerCredentials, bool>? admits = null, Action<PeerCredentials>? onRefused = null, StubToken? token = null)
    {
        var options = new SignerOptions { Sessions = sessions, CallTimeout = TimeSpan.FromSeconds(5) };
        _service = new PacketService(
            _address, new CountingDesk(this, new SignerDesk(token ?? _token, options)), sessions + 1, admits ?? (_ => true), onRefused ?? (_ => { }));
        _service.Start();
    }

    private void Restart(StubToken token)
    {
        Stop();
        Start(token: token);
    }

    // As the end of a process does.
    private void Stop()
    {
        _service!.Dispose();
        _service.Disconnect();
    }

    private RemoteToken Open() => RemoteToken.Open(_address, PeerCredentials.Own.User, Patience, null);

    private static Task<bool> SignOnThreadAsync(RemoteToken token, ITokenSigner signer) => OwnThread.RunAsync(() =>
    {
        using var lease = token.Pool.AcquireAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return signer.SignsRightly(lease, SignedBlocks.CertificateVerify(32));
    });

    private sealed class CountingDesk(RemoteSignerTests test, IPacketDesk desk) : IPacketDesk
    {
        public int Answer(ReadOnlySpan<byte> packet, Span<byte> answer)
        {
            if (SignerProtocol.Is(packet, PacketKind.Ask)) Interlocked.Increment(ref test._questions);
            return desk.Answer(packet, answer);
        }
    }
}
