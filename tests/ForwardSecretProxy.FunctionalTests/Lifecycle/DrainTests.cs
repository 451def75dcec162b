using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>How a stop treats those who are being served.</summary>
[Collection(OwnProxy.Name)]
public sealed class DrainTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Stop_RequestInProgress_IsAnsweredWholeAndNobodyNewIsAccepted()
    {
        await using var backend = await GatedBackend.StartAsync();
        var configuration = proxy.NewConfiguration(backend.Url);
        await using var fsp = await ServeAsync(configuration);
        await using var client = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await client.SendAsync("/gate");
        await backend.Entered;

        await fsp.SignalAsync("TERM");
        await fsp.WaitForLineAsync(line => line.Contains("[1002]", StringComparison.Ordinal));
        await Assert.ThrowsAsync<SocketException>(() => Http1Client.ConnectAsync(configuration.Port, proxy.Authority));
        backend.Open();

        Assert.EndsWith(GatedBackend.SecondHalf + "\r\n0\r\n\r\n", await client.ReadAnswerAsync(), StringComparison.Ordinal);
        Assert.Equal("", await client.ReadAsync());
        Assert.Equal(0, await fsp.WaitForExitAsync());
        Assert.DoesNotContain(fsp.Lines, line => line.Contains("[1007]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_ConnectionThatAsksAgain_IsAnsweredAndToldThatItEnds()
    {
        await using var backend = await GatedBackend.StartAsync();
        var configuration = proxy.NewConfiguration(backend.Url);
        await using var fsp = await ServeAsync(configuration);
        await using var kept = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        Assert.DoesNotContain("Connection: close", await kept.GetAsync("/"), StringComparison.Ordinal);
        await using var silent = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);

        await fsp.SignalAsync("TERM");
        await fsp.WaitForLineAsync(line => line.Contains("[1002]", StringComparison.Ordinal));

        Assert.Contains("Connection: close", await kept.GetAsync("/"), StringComparison.Ordinal);
        Assert.Contains("Connection: close", await silent.GetAsync("/"), StringComparison.Ordinal);
        Assert.Equal(0, await fsp.WaitForExitAsync());
    }

    [Fact]
    public async Task Stop_Http2_SaysGoawayAndFinishesTheStream()
    {
        await using var backend = await GatedBackend.StartAsync();
        var configuration = proxy.NewConfiguration(backend.Url);
        await using var fsp = await ServeAsync(configuration);
        await using var client = await Http2Client.ConnectAsync(configuration.Port, proxy.Authority);
        await client.SendAsync("/gate");
        await backend.Entered;

        await fsp.SignalAsync("TERM");
        var untilGoaway = await client.ReadUntilAsync(Http2Client.Goaway);
        Assert.DoesNotContain(untilGoaway, frame => frame.EndsStream);
        backend.Open();

        var rest = await client.ReadToEndAsync();
        Assert.Contains(rest, frame => frame.EndsStream);
        Assert.DoesNotContain(rest, frame => frame.Type == Http2Client.ResetStream);
        Assert.Equal(0, await fsp.WaitForExitAsync());
    }

    [Fact]
    public async Task Stop_RequestBeyondTheTimeout_IsCutAndSaid()
    {
        await using var backend = await GatedBackend.StartAsync();
        var configuration = proxy.NewConfiguration(backend.Url).With("Limits:DrainTimeout", "2s");
        await using var fsp = await ServeAsync(configuration);
        await using var client = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await client.SendAsync("/gate");
        await backend.Entered;

        Assert.Equal(0, await fsp.StopAsync());

        Assert.Contains(fsp.Lines, line => line.Contains("[1007]", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<IOException>(client.ReadAnswerAsync);
    }

    [Fact]
    public async Task Stop_SecondSignal_DoesNotWait()
    {
        await using var backend = await GatedBackend.StartAsync();
        var configuration = proxy.NewConfiguration(backend.Url).With("Limits:DrainTimeout", "1h");
        await using var fsp = await ServeAsync(configuration);
        await using var client = await Http1Client.ConnectAsync(configuration.Port, proxy.Authority);
        await client.SendAsync("/gate");
        await backend.Entered;

        await fsp.SignalAsync("INT");
        await fsp.WaitForLineAsync(line => line.Contains("[1002]", StringComparison.Ordinal));
        Assert.Equal(0, await fsp.StopAsync("INT"));
        Assert.Contains(fsp.Lines, line => line.Contains("[1007]", StringComparison.Ordinal));
    }

    private Task<FspProcess> ServeAsync(ProxyConfiguration configuration) =>
        FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
}
