using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Secrecy;

/// <summary>
/// The promise itself. A thief has a recording, the token's files, its PIN and the whole configuration, and with them
/// the very private key. The recording stays closed. It is the same recording that opens with the client's own keys,
/// and <see cref="ThiefsToolTests"/> shows that the same tool opens a static key exchange by the private key alone.
/// </summary>
[Collection(RunningProxy.Name)]
public sealed class RecordedSessionTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-tls1_3")]
    [InlineData("-tls1_2")]
    public async Task Recording_ThiefWithTheTokenAndEverything_CannotOpenIt(string version)
    {
        var (keyPath, stolen) = StealKey();
        Assert.Equal(proxy.RsaPublicKey, stolen);

        var recording = await Recording.MakeAsync(
            _directory, proxy.Port, $"{version} -sigalgs rsa_pss_rsae_sha256:RSA+SHA256");

        Assert.Empty(await recording.ReadHttpAsync());
        Assert.Empty(await recording.ReadHttpAsync(privateKey: keyPath));
        // The control: the recording is whole, and opens for one of its two ends.
        Assert.Equal(["GET", "200"], await recording.ReadHttpAsync(recording.KeyLog));
    }

    [Fact]
    public async Task Recording_OfAResumedSession_CannotBeOpenedByTheThiefEither()
    {
        var session = _directory.File("session.pem");
        var first = await OpenSslClient.RequestAsync(proxy.Port, $"-tls1_3 -sess_out {session}");
        Assert.True(first.Connected, first.Process.Text);
        var (keyPath, _) = StealKey();

        var recording = await Recording.MakeAsync(_directory, proxy.Port, $"-tls1_3 -sess_in {session}");

        Assert.Empty(await recording.ReadHttpAsync(privateKey: keyPath));
        Assert.Equal(["GET", "200"], await recording.ReadHttpAsync(recording.KeyLog));
    }

    [Fact]
    public async Task KeyLog_AskedForInTheProxysEnvironment_KeepsItFromStarting()
    {
        var keyLog = _directory.File("server-keys");
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).WriteTo(_directory);
        var environment = new Dictionary<string, string?>(proxy.Token.Environment) { ["SSLKEYLOGFILE"] = keyLog };

        var asked = await FspProcess.RunAsync(["check", "--config", configuration], environment: environment);
        var control = await FspProcess.RunAsync(["check", "--config", configuration], environment: proxy.Token.Environment);

        Assert.Equal(2, asked.ExitCode);
        Assert.Contains("SSLKEYLOGFILE", asked.Text, StringComparison.Ordinal);
        Assert.False(File.Exists(keyLog));
        Assert.Equal(0, control.ExitCode);
    }

    private (string Path, byte[] PublicKey) StealKey()
    {
        using var key = new StolenToken(proxy.Token.TokenDirectory, proxy.Token.Pin).RecoverRsaKey();
        RunLog.AddSecret(Convert.ToHexString(key.ExportParameters(true).D!), "RSA private exponent");
        RunLog.AddSecret(Convert.ToBase64String(key.ExportParameters(true).P!), "RSA prime");
        return (_directory.Write("stolen.key", key.ExportPkcs8PrivateKeyPem()), key.ExportSubjectPublicKeyInfo());
    }
}
