using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Secrecy;

/// <summary>The controls of <see cref="RecordedSessionTests"/>: with these tools the past of another server opens.</summary>
public sealed class ThiefsToolTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Recording_OfStaticKeyExchange_OpensWithThePrivateKeyAlone()
    {
        await using var server = await PermissiveServer.StartAsync("-cipher AES128-GCM-SHA256");

        var recording = await Recording.MakeAsync(_directory, server.Port, "-tls1_2 -cipher AES128-GCM-SHA256");

        Assert.Empty(await recording.ReadHttpAsync());
        Assert.Equal(["GET", "200"], await recording.ReadHttpAsync(privateKey: server.RsaKeyPath));
        Assert.Equal(["GET", "200"], await recording.ReadHttpAsync(recording.KeyLog));
    }

    [Fact]
    public async Task Recording_OfEphemeralKeyExchange_DoesNot()
    {
        await using var server = await PermissiveServer.StartAsync("");

        var recording = await Recording.MakeAsync(_directory, server.Port, "-tls1_2 -sigalgs RSA+SHA256");

        Assert.Empty(await recording.ReadHttpAsync(privateKey: server.RsaKeyPath));
        Assert.Equal(["GET", "200"], await recording.ReadHttpAsync(recording.KeyLog));
    }
}
