using System.Globalization;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Admin;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// A proxy before mail servers that say what a test tells them to. <c>smtp</c>, <c>imap</c>, <c>pop3</c> and <c>sieve</c> are
/// listeners that require STARTTLS; the same with an <c>s</c> behind it begin with TLS; <c>mx</c> may stay in the clear, and
/// <c>strict</c> is SMTP that refuses bare line ends.
/// </summary>
public sealed class RelayFixture : IAsyncLifetime
{
    private static readonly string[] Protocols = ["smtp", "imap", "pop3", "sieve"];

    private readonly ProxyFixture _proxy = new();
    private readonly Dictionary<string, WireServer> _backends = Protocols.ToDictionary(name => name, _ => new WireServer());
    private readonly Dictionary<string, int> _ports =
        ((string[])[.. Protocols, .. Protocols.Select(name => name + "s"), "mx", "strict"]).ToDictionary(name => name, _ => FreePort.Next());

    private AdminProxy? _admin;

    private TemporaryDirectory Scratch { get; } = new();

    internal string RootPath => _proxy.RootPath;

    internal IReadOnlyList<string> Lines => _admin!.Process.Lines;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _proxy.InitializeAsync();
        _admin = await AdminProxy.StartAsync(_proxy, Scratch, change: Configure);
        foreach (var port in _ports.Values) await _admin.Process.WaitUntilListeningAsync(port);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_admin is not null)
        {
            Assert.Equal(0, await _admin.Process.StopAsync());
            await _admin.DisposeAsync();
        }

        foreach (var backend in _backends.Values) backend.Dispose();
        Scratch.Dispose();
        await _proxy.DisposeAsync();
    }

    internal int PortOf(string listener) => _ports[listener];

    internal WireServer BackendOf(string listener) =>
        _backends[listener is "mx" or "strict" ? "smtp" : Protocols.Single(listener.StartsWith)];

    /// <summary>A client that has said nothing yet, nor heard anything.</summary>
    internal Task<Wire> ConnectAsync(string listener) => Wire.ConnectAsync(_ports[listener]);

    /// <summary>A client of a listener that requires STARTTLS, after the proxy's greeting.</summary>
    internal async Task<Wire> MeetAsync(string listener)
    {
        var client = await ConnectAsync(listener);
        var greeting = Dialect.Of(listener).Greeting;
        await client.ExpectAsync(greeting);
        await client.ReadLineAsync();
        return client;
    }

    /// <summary>A client and its backend, which have TLS between them and whose greeting is over.</summary>
    internal async Task<Conversation> OpenAsync(string listener, params string[] applicationProtocols)
    {
        var client = await BeginTlsAsync(listener, applicationProtocols);
        var backend = await BackendOf(listener).AcceptAsync();
        var dialect = Dialect.Of(listener);
        await backend.SendAsync(dialect.BackendGreeting);
        if (dialect.GreetsAgain || !Protocols.Contains(listener)) await client.ExpectAsync(dialect.BackendGreeting);
        return new Conversation(client, backend);
    }

    /// <summary>A client that has TLS, whose backend was not greeted by anybody.</summary>
    internal async Task<Wire> BeginTlsAsync(string listener, params string[] applicationProtocols)
    {
        if (!Protocols.Contains(listener))
        {
            var client = await ConnectAsync(listener);
            await client.ShakeHandsAsync(applicationProtocols);
            return client;
        }

        var greeted = await MeetAsync(listener);
        await StartTlsAsync(greeted, listener, applicationProtocols);
        return greeted;
    }

    /// <summary>Goes on in TLS.</summary>
    internal static async Task<string> StartTlsAsync(Wire client, string listener, params string[] applicationProtocols)
    {
        var dialect = Dialect.Of(listener);
        await client.SendAsync(dialect.StartTls + "\r\n");
        await client.ExpectLineAsync(dialect.Agreed);
        return await client.ShakeHandsAsync(applicationProtocols);
    }

    /// <summary>
    /// Nobody may have connected to the backend: whoever had would be taken by it before the honest client that comes now, whose
    /// words are heard as they were said.
    /// </summary>
    internal async Task AssertBackendUntouchedAsync(string listener, string? words = null)
    {
        var said = words ?? Dialect.Of(listener).Question + "\r\n";
        await using var honest = await OpenAsync(listener);
        await honest.Client.SendAsync(said);
        await honest.Backend.ExpectAsync(said);
        Assert.False(BackendOf(listener).IsWanted);
    }

    /// <summary>
    /// What is counted at all listeners now. <c>/metrics</c> may be a moment old: it is asked until it knows of a connection that
    /// was made for that.
    /// </summary>
    internal async Task<RelayCounts> CountAsync()
    {
        var before = await ReadCountsAsync();
        await (await MeetAsync(Protocols[0])).DisposeAsync();
        for (var end = DateTime.UtcNow.AddSeconds(20); ; await Task.Delay(50))
        {
            var counts = await ReadCountsAsync();
            if (counts.Of("connections", Protocols[0]) != before.Of("connections", Protocols[0])) return counts;
            Assert.True(DateTime.UtcNow < end, "A connection was not counted.");
        }
    }

    private async Task<RelayCounts> ReadCountsAsync() => RelayCounts.Parse((await _admin!.GetAsync("/metrics")).Body);

    private void Configure(ProxyConfiguration configuration)
    {
        foreach (var (name, port) in _ports)
        {
            var listener = "Listeners:" + name;
            configuration
                .With(listener + ":Address", Address(port))
                .With(listener + ":Protocol", name is "mx" or "strict" ? "smtp" : Protocols.Single(name.StartsWith))
                .With(listener + ":Tls", Protocols.Contains(name) || name == "mx" ? "starttls" : "implicit")
                .With(listener + ":Backend", Address(BackendOf(name).Port))
                .With(listener + ":ProxyProtocol", "none")
                .With(listener + ":Certificates", new JsonArray("web-ecdsa"));
        }

        configuration
            .With("Listeners:mx:StartTls", "opportunistic")
            .With("Listeners:strict:BareNewlines", "refuse");
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}

/// <summary>A client, and what the proxy has opened for it.</summary>
internal sealed record Conversation(Wire Client, Wire Backend) : IAsyncDisposable
{
    /// <summary>The client says something, and the backend hears it.</summary>
    public async Task SayAsync(string words)
    {
        await Client.SendAsync(words);
        await Backend.ExpectAsync(words);
    }

    /// <summary>The backend answers, and the client hears it.</summary>
    public async Task ReplyAsync(string words)
    {
        await Backend.SendAsync(words);
        await Client.ExpectAsync(words);
    }

    /// <summary>Both: a command and its reply.</summary>
    public async Task ExchangeAsync(string command, string reply)
    {
        await SayAsync(command);
        await ReplyAsync(reply);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Backend.DisposeAsync();
    }
}

/// <summary>The tests that share that proxy.</summary>
[CollectionDefinition(Name)]
public sealed class ScriptedMail : ICollectionFixture<RelayFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Mail servers that say what they are told to";
}
