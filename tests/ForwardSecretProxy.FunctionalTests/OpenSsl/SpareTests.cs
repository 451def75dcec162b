using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Redundancy;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>A certificate with a spare: what its token may do, and what clients see of it.</summary>
[Collection("engine")]
public sealed class SpareTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Func<CancellationToken, Task> Refuses = _ => throw new SigningException("No session became free.");

    private readonly List<IDisposable> _owned = [];
    private EngineServer _server = null!;
    private ScriptedSigner _spare = null!;
    private KeyChoice _choice = null!;

    public void Dispose() => _owned.ForEach(each => each.Dispose());

    [Theory]
    [InlineData(SslProtocols.Tls13, false)]
    [InlineData(SslProtocols.Tls13, true)]
    [InlineData(SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls12, true)]
    public async Task Handshake_PrimaryGivesNoSession_GoesOnWithTheSpare(SslProtocols version, bool isRsa)
    {
        Start(isRsa);
        Assert.Equal(_server.Signer.SubjectPublicKeyInfo.ToArray(), await HandshakeAsync(version));

        // Known in the middle of the handshake only: the certificates were chosen at the ClientHello.
        _server.Signer.BeforeLease = Refuses;

        Assert.Equal(_spare.SubjectPublicKeyInfo.ToArray(), await HandshakeAsync(version));
        Assert.Equal((0, 0), (_server.Signer.LiveLeases, _spare.LiveLeases));
    }

    [Fact]
    public async Task Handshake_PrimaryIsSuspected_DoesNotAskIt()
    {
        Start();
        var asked = 0;
        _server.Signer.BeforeLease = _ =>
        {
            asked++;
            return Task.CompletedTask;
        };

        _choice.Keys[0].Tokens[0].Suspect("it looks ill");

        Assert.Equal(_spare.SubjectPublicKeyInfo.ToArray(), await HandshakeAsync());
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Handshake_SpareIsChosen_StaysWithIt()
    {
        Start();
        _choice.Keys[0].Tokens[0].Suspect("it looks ill");
        _choice.Check();
        var probe = new WatchedSigner(_server.Signer, _choice.Keys[0].Tokens[0]);
        probe.Sign(null!, SignatureScheme.EcdsaSecp256r1Sha256, "text"u8, new byte[72]);
        Assert.True(_choice.Keys[0].IsAvailable);

        Assert.Equal(_spare.SubjectPublicKeyInfo.ToArray(), await HandshakeAsync());
        _choice.FailBack();
        Assert.Equal(_server.Signer.SubjectPublicKeyInfo.ToArray(), await HandshakeAsync());
    }

    [Fact]
    public async Task Handshake_NeitherGivesASession_EndsWithItsReason()
    {
        Start();
        _server.Signer.BeforeLease = _spare.BeforeLease = Refuses;
        await using var client = new SslStream(new NetworkStream(await _server.ConnectAsync(), ownsSocket: true));
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        var authenticated = client.AuthenticateAsClientAsync(EngineServer.ClientOptions());

        Assert.Equal(
            new TlsHandshakeResult(TlsHandshakeOutcome.SigningFailed, "No session became free."), await handshake.WaitAsync(Patience));
        connection.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => authenticated.WaitAsync(Patience));
    }

    [Fact]
    public async Task Resume_TicketOfThePrimary_IsGoodUnderTheSpare()
    {
        Start();
        var options = EngineServer.ClientOptions();
        options.AllowTlsResume = true;
        Assert.False(await VisitAsync(options));

        _choice.Keys[0].Tokens[0].Suspect("it looks ill");
        _choice.Check();

        Assert.True(await VisitAsync(options));
        Assert.Equal(_spare.SubjectPublicKeyInfo.ToArray(), await HandshakeAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Handshakes_PrimaryHangsUnderLoad_GoOnWithinASecondWhenItIsWatched(bool isWatched)
    {
        const int sessions = 4;
        Start();
        using var free = new SemaphoreSlim(sessions);
        using var release = new ManualResetEventSlim();
        _server.Signer.BeforeLease = free.WaitAsync;
        _server.Signer.AfterLease = () => free.Release();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(stop.Token);
        var watching = isWatched ? WatchAsync(stop.Token) : Task.CompletedTask;
        await using var clients = ToughClients.OnlyShakingHands(_server.Port, EngineServer.ClientOptions(), 4 * sessions);
        await clients.WaitForSuccessesAsync(sessions, Patience);

        _server.Signer.InSignature = () => release.Wait(Patience);
        var goingOn = clients.WaitForSuccessesAsync(4 * sessions, TimeSpan.FromSeconds(1));
        if (isWatched)
            await goingOn;
        else
            await Assert.ThrowsAsync<TimeoutException>(() => goingOn);
        release.Set();
        await clients.StopAsync();
        await stop.CancelAsync();
        await Task.WhenAll(serving, watching).WaitAsync(Patience);

        Assert.Empty(clients.Failed);
        Assert.Equal(isWatched ? 1 : 0, _choice.FailOvers);
    }

    private void Start(bool isRsa = false)
    {
        AsymmetricAlgorithm key = isRsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _spare = new ScriptedSigner(key);
        _server = new EngineServer(change: certificate =>
        {
            var (primary, spare) = (Watch(certificate.Signer), Watch(_spare));
            _choice = new KeyChoice([primary.Tokens, spare.Tokens], TimeSpan.FromSeconds(30), TimeProvider.System);
            return certificate with
            {
                Signer = primary, Choice = _choice, Spares = [new TlsCertificate([SelfSigned(key)], ["localhost"], spare)],
            };
        });
        _owned.AddRange([_server, key]);
    }

    private static RedundantSigner Watch(ISigner signer) =>
        new([new WatchedSigner(signer, new TokenHealth(signer.Pool, "token", TimeProvider.System))]);

    private static byte[] SelfSigned(AsymmetricAlgorithm key)
    {
        var request = key is RSA rsa
            ? new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=localhost", (ECDsa)key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        return certificate.RawData;
    }

    /// <summary>The public key that the client was shown.</summary>
    private async Task<byte[]> HandshakeAsync(SslProtocols version = SslProtocols.Tls13)
    {
        var (client, server) = await _server.EstablishAsync(version);
        await using var ownedClient = client;
        using var ownedServer = server;
        using var certificate = X509CertificateLoader.LoadCertificate(client.RemoteCertificate!.GetRawCertData());
        return certificate.PublicKey.ExportSubjectPublicKeyInfo();
    }

    /// <summary>One connection with an answer on it; tells whether it was resumed.</summary>
    private async Task<bool> VisitAsync(SslClientAuthenticationOptions options)
    {
        await using var client = new SslStream(new NetworkStream(await _server.ConnectAsync(), ownsSocket: true));
        using var connection = await _server.AcceptAsync();
        var handshake = connection.HandshakeAsync().AsTask();
        await client.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        Assert.Equal(TlsHandshakeOutcome.Completed, (await handshake).Outcome);
        Assert.True(await connection.WriteAsync("hello"u8.ToArray()));
        await client.ReadExactlyAsync(new byte[5]).AsTask().WaitAsync(Patience);
        return connection.Session!.Resumed;
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        var handshakes = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                handshakes.Add(ShakeHandsAsync(await _server.AcceptAsync().WaitAsync(stop)));
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(handshakes);
    }

    private static async Task ShakeHandsAsync(TlsConnection connection)
    {
        await connection.HandshakeAsync();
        await connection.CloseAsync();
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!stop.IsCancellationRequested)
        {
            _choice.Check();
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
