using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>How a stop treats those who are being served.</summary>
[Collection(OwnProxy.Name)]
public sealed class DrainTests(ProxyFixture proxy) : IDisposable
{
    // RFC 9113 section 6.2.
    private const byte EndStream = 0x01;
    private const byte EndHeaders = 0x04;

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
        // It is the client that is to close after a GOAWAY; this one waits until the time is up.
        var configuration = proxy.NewConfiguration(backend.Url).With("Limits:DrainTimeout", "5s");
        await using var fsp = await ServeAsync(configuration);
        await using var client = await RawHttp2Client.ConnectAsync(configuration.Port);
        await client.SendAsync(FrameType.Headers, EndStream | EndHeaders, 1, RawHttp2Client.Encode(
        [
            new(":method", "GET"), new(":scheme", "https"), new(":path", "/gate"), new(":authority", ProxyFixture.DefaultName),
        ]));
        await backend.Entered;

        await fsp.SignalAsync("TERM");
        var untilGoaway = await ReadAsync(client, FrameType.GoAway);
        Assert.Equal(FrameType.GoAway, untilGoaway[^1].Type);
        Assert.DoesNotContain(untilGoaway, EndsTheStream);
        backend.Open();

        var rest = await ReadAsync(client, until: null);
        Assert.Contains(rest, EndsTheStream);
        Assert.DoesNotContain(rest, frame => frame.Type == FrameType.Reset);
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

    private static bool EndsTheStream(RawHttp2Frame frame) =>
        frame is { Type: FrameType.Data or FrameType.Headers, Stream: 1 } && (frame.Flags & EndStream) != 0;

    /// <summary>The frames that come, up to the first of a type or the end of the connection.</summary>
    private static async Task<List<RawHttp2Frame>> ReadAsync(RawHttp2Client client, FrameType? until)
    {
        var frames = new List<RawHttp2Frame>();
        while (await client.ReadAsync() is { } frame)
        {
            frames.Add(frame);
            if (frame.Type == until)
                break;
        }

        return frames;
    }

    private Task<FspProcess> ServeAsync(ProxyConfiguration configuration) =>
        FspProcess.ServeAsync(configuration.WriteTo(_directory), configuration.Port, proxy.Token.Environment);
}
