using System.Net.Security;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>A proxy in front of a service that keeps every byte.</summary>
public sealed class RequestFixture : IAsyncLifetime
{
    internal TemporaryDirectory Directory { get; } = new();
    private readonly ProxyFixture _proxy = new();
    private FspProcess? _fsp;
    private int _controls;

    internal RecordingBackend Backend { get; } = new();

    internal int Port { get; private set; }

    public async Task InitializeAsync()
    {
        await _proxy.InitializeAsync();
        var configuration = _proxy.NewConfiguration(Backend.Url);
        Port = configuration.Port;
        _fsp = await FspProcess.ServeAsync(configuration.WriteTo(Directory), Port, _proxy.Token.Environment);
    }

    public async Task DisposeAsync()
    {
        await _fsp!.DisposeAsync();
        await Backend.DisposeAsync();
        await _proxy.DisposeAsync();
        Directory.Dispose();
    }

    /// <summary>Sends bytes on a connection of their own and returns what came back until the end of it.</summary>
    internal async Task<string> ExchangeAsync(string bytes)
    {
        await using var client = await RawClient.ConnectAsync(Port, SslApplicationProtocol.Http11);
        await client.SendAsync(bytes);
        return await client.ReadToEndAsync();
    }

    /// <summary>
    /// Everything that the service has received since the last time: a request of the fixture's own tells that nothing
    /// is on its way any more.
    /// </summary>
    internal async Task<IReadOnlyList<StrictRequest>> ArrivedAsync()
    {
        var control = $"/control/{Interlocked.Increment(ref _controls)}";
        Assert.StartsWith("HTTP/1.1 200", await ExchangeAsync(
            $"GET {control} HTTP/1.1\r\nHost: {ProxyFixture.DefaultName}\r\nConnection: close\r\n\r\n"));
        var arrived = new List<StrictRequest>();
        while (true)
        {
            var next = await Backend.NextAsync();
            if (next.Target == control)
                return arrived;
            arrived.Add(next);
        }
    }
}
