using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary>How the process starts, does not start, and stops.</summary>
[Collection(RunningProxy.Name)]
public sealed class LifecycleTests(ProxyFixture proxy) : IDisposable
{
    private const int ConfigurationError = 2;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Stop_Signal_EndsWithZeroAndFreesThePort(string signal)
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        var path = configuration.WriteTo(_directory);
        await using var fsp = await FspProcess.ServeAsync(path, configuration.Port, proxy.Token.Environment);
        Assert.True((await OpenSslClient.RequestAsync(configuration.Port)).Connected);

        var exitCode = await fsp.StopAsync(signal);

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(fsp.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
        using var listener = new TcpListener(IPAddress.Loopback, configuration.Port);
        listener.Start();
    }

    [Fact]
    public async Task Stop_ClientsInEveryState_EndsInTime()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Limits:DrainTimeout", "2s");
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, configuration.Port);
        using var halfway = new TcpClient();
        await halfway.ConnectAsync(IPAddress.Loopback, configuration.Port);
        await halfway.GetStream().WriteAsync(ClientHello.ToRecords(ClientHello.Tls13().ToMessage()));
        Assert.True((await HelloProbe.ReadAsync(halfway.GetStream(), default)).IsServerHello);
        await using var idle = ServerProcess.Start("stdbuf",
        [
            "-oL", "openssl", "s_client", "-connect",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{configuration.Port}"),
        ]);
        await idle.WaitForLineAsync(line => line.StartsWith("New, TLSv1.3", StringComparison.Ordinal));

        Assert.Equal(0, await fsp.StopAsync().WaitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Start_PortInUse_SaysWhichKeyAndEnds()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl);
        using var occupant = new TcpListener(IPAddress.Loopback, configuration.Port);
        occupant.Start();

        var result = await FspProcess.RunAsync(
            ["serve", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Listeners:https:Address", result.Text, StringComparison.Ordinal);
        Assert.Contains(
            configuration.Port.ToString(CultureInfo.InvariantCulture), result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ModernProfile_SpeaksNothingBelowTls13()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Tls:Profile", "modern");
        await using var fsp = await FspProcess.ServeAsync(
            configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);

        var modern = await OpenSslClient.RequestAsync(configuration.Port, "-tls1_3");
        var older = await OpenSslClient.RequestAsync(configuration.Port, "-tls1_2");

        Assert.True(modern.Connected, modern.Process.Text);
        Assert.False(older.Connected, older.Process.Text);
        Assert.Equal(70, older.Alert);
    }

    [Fact]
    public async Task Start_WrongPin_TriesOnceAndEnds()
    {
        // Tokens lock after a few wrong tries. SoftHSM counts none, so the log is what shows that there was one.
        const string wrong = "not-the-pin-4711";
        RunLog.AddSecret(wrong, "wrong PIN");
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Tokens:main:PinFile", _directory.Write("wrong-pin", wrong + "\n"));

        var result = await FspProcess.RunAsync(
            ["serve", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.Equal(ConfigurationError, result.ExitCode);
        Assert.Contains("PIN", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_MistakesInTheFile_AreAllReportedWithTheirKeys()
    {
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Tls:Profil", "modern")
            .With("Certificates:other:Chain", "no-such-file.pem")
            .With("Limits:MaxConnections", "many");

        var result = await FspProcess.RunAsync(
            ["check", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.NotEqual(0, result.ExitCode);
        foreach (var key in (string[])["Tls:Profil", "Certificates:other:Chain", "Limits:MaxConnections"])
            Assert.Contains(key, result.Text, StringComparison.Ordinal);
    }
}
