using System.Diagnostics;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Relaying;

/// <summary>Backends that are looked after: one that is not well is passed over, and taken back.</summary>
[Collection(RelayingProxy.Name)]
public sealed class HealthCheckTests(HealthCheckTests.Fixture relay) : IClassFixture<HealthCheckTests.Fixture>
{
    private const string Failed = "[3200]";
    private const string Back = "[3201]";

    /// <summary>A proxy with two backends of its own for each test.</summary>
    public sealed class Fixture(ProxyFixture proxy) : IAsyncLifetime
    {
        private readonly List<GreetingBackend> _backends = [];

        internal RelayProxy Proxy { get; } = new(proxy);

        internal Pair Greeting { get; private set; } = null!;

        internal Pair AllGreeting { get; private set; } = null!;

        internal Pair Connect { get; private set; } = null!;

        internal Pair Unchecked { get; private set; } = null!;

        internal Pair Kept { get; private set; } = null!;

        internal Pair Gone { get; private set; } = null!;

        internal List<(GreetingBackend Backend, string Heard)> Well { get; } = [];

        /// <inheritdoc/>
        public Task InitializeAsync()
        {
            // A check of one that says nothing takes longer than three intervals.
            Greeting = Listen("greeting", "imap", ("ConnectTimeout", "1s"));
            AllGreeting = Listen("all-greeting", "imap");
            Connect = Listen("connect", "tcp");
            Unchecked = Listen("unchecked", "tcp", ("HealthCheck", "none"));
            // Checked once in the test's time: what is known is from before the reload, or not there.
            Kept = Listen("kept", "tcp", ("HealthInterval", "1h"));
            Gone = Listen("gone", "tcp");
            ListenToTheWell();
            return Proxy.StartAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync()
        {
            Assert.Equal(0, await Proxy.Process.StopAsync());
            await Proxy.DisposeAsync();
            _backends.ForEach(each => each.Dispose());
        }

        private Pair Listen(string name, string protocol, params (string Key, JsonNode Value)[] keys)
        {
            var (one, two) = (Start("* OK one\r\n"), Start("* OK two\r\n"));
            var port = Proxy.Listen(
                name, protocol, new JsonArray(one.Address, two.Address), [("HealthInterval", "100ms"), .. keys]);
            return new Pair(port, one, two);
        }

        private void ListenToTheWell()
        {
            // Version 2, LOCAL, no addresses.
            const string nobody = "\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0";
            foreach (var (protocol, greeting, goodbye) in ((string, string, string)[])
            [
                ("imap", "* OK a\r\n", "a LOGOUT\r\n"),
                ("pop3", "+OK a\r\n", "QUIT\r\n"),
                ("smtp", "220 a\r\n", "QUIT\r\n"),
                ("sieve", "\"IMPLEMENTATION\" \"a\"\r\nOK\r\n", "LOGOUT\r\n"),
                ("tcp", "", ""),
            ])
            {
                foreach (var (version, header) in ((string, string)[])[("none", ""), ("v2", nobody)])
                {
                    var backend = Start(greeting);
                    Well.Add((backend, header + goodbye));
                    Proxy.Listen(protocol + version, protocol, backend.Address, ("ProxyProtocol", version),
                        ("HealthCheck", protocol == "tcp" ? "connect" : "greeting"), ("HealthInterval", "1s"));
                }
            }
        }

        private GreetingBackend Start(string greeting)
        {
            _backends.Add(new GreetingBackend(greeting));
            return _backends[^1];
        }
    }

    /// <summary>A listener and its backends.</summary>
    internal sealed record Pair(int Port, GreetingBackend One, GreetingBackend Two);

    [Fact]
    public async Task Greeting_OneStops_IsPassedOverAndTakenBack()
    {
        var (port, one, two) = relay.Greeting;
        Assert.Equal(["* OK one\r\n", "* OK two\r\n"], (await GreetingsAsync(port, 2)).Order(StringComparer.Ordinal));

        foreach (var greeting in (string[])["", "* BYE overloaded\r\n", "+OK wrong door\r\n"])
        {
            var (failures, returns) = (Events(Failed, two), Events(Back, two));
            two.Greeting = greeting;
            await WaitForEventAsync(Failed, two, failures + 1);
            for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(greeting.Length == 0 ? 1.5 : 0.2);)
                Assert.All(await GreetingsAsync(port, 2), each => Assert.Equal("* OK one\r\n", each));

            two.Greeting = "* OK two\r\n";
            await WaitForEventAsync(Back, two, returns + 1);
            Assert.Contains("* OK two\r\n", await GreetingsAsync(port, 2));
        }

        Assert.Equal(0, Events(Failed, one) + Events(Back, one));
    }

    [Fact]
    public async Task Greeting_AllStop_AreTriedAllTheSameAndStayUnwell()
    {
        var (port, one, two) = relay.AllGreeting;
        one.Greeting = two.Greeting = "* BYE closed\r\n";
        await WaitForEventAsync(Failed, one);
        await WaitForEventAsync(Failed, two);

        // They take connections; that is not what was asked.
        Assert.All(await GreetingsAsync(port, 2), each => Assert.Equal("* BYE closed\r\n", each));
        one.Greeting = "* OK one\r\n";
        await WaitForEventAsync(Back, one);

        Assert.All(await GreetingsAsync(port, 3), each => Assert.Equal("* OK one\r\n", each));
    }

    [Fact]
    public async Task Check_Well_SaysForWhomItIsAndGoodbyeInItsOwnWords()
    {
        foreach (var (backend, heard) in relay.Well) await backend.WaitUntilHeardAsync(heard);
    }

    [Fact]
    public async Task Connect_OneRefuses_IsPassedOverAndTakenBack()
    {
        var (port, _, two) = relay.Connect;

        two.Stop();
        Assert.Contains("it refuses connections", await WaitForEventAsync(Failed, two), StringComparison.Ordinal);
        Assert.All(await GreetingsAsync(port, 3), each => Assert.Equal("* OK one\r\n", each));
        Assert.InRange(await relay.Proxy.ReadMetricAsync("fsp_relay_backend_failures_total", "connect"), 1, int.MaxValue);

        two.Start();
        await WaitForEventAsync(Back, two);
        Assert.Contains("* OK two\r\n", await GreetingsAsync(port, 2));
    }

    [Fact]
    public async Task Unchecked_OneRefusesAndIsBack_IsSaid()
    {
        // Nobody but the clients' own connections finds it out; the rest is three intervals.
        var (port, _, two) = relay.Unchecked;
        var before = two.Connections;
        two.Stop();
        Assert.All(await GreetingsAsync(port, 2), each => Assert.Equal("* OK one\r\n", each));
        await WaitForEventAsync(Failed, two);
        Assert.Equal(before, two.Connections);

        two.Start();
        for (var end = DateTime.UtcNow.AddSeconds(20); !(await GreetingsAsync(port, 1)).Contains("* OK two\r\n");)
            Assert.True(DateTime.UtcNow < end, "It is never tried again.");

        await WaitForEventAsync(Back, two);
    }

    [Fact]
    public async Task Reload_Unchanged_KnowsStillWhoIsUnwell()
    {
        var (port, _, two) = relay.Kept;
        two.Stop();
        Assert.Contains("* OK one\r\n", await GreetingsAsync(port, 2));
        await WaitForEventAsync(Failed, two);
        two.Start();

        relay.Proxy.With("Limits:DrainTimeout", "3s");
        await relay.Proxy.ReloadAsync();
        Assert.All(await GreetingsAsync(port, 4), each => Assert.Equal("* OK one\r\n", each));

        relay.Proxy.With("Listeners:kept:HealthInterval", "59m");
        await relay.Proxy.ReloadAsync();
        Assert.Contains("* OK two\r\n", await GreetingsAsync(port, 2));
    }

    [Fact]
    public async Task Reload_ListenerGone_EndsItsChecks()
    {
        var (_, one, _) = relay.Gone;
        await one.WaitUntilHeardAsync("");
        relay.Proxy.Remove("gone");
        await relay.Proxy.ReloadAsync();

        // One may be under way.
        await Task.Delay(200);
        var before = one.Connections;
        await Task.Delay(500);

        Assert.Equal(before, one.Connections);
    }

    /// <summary>Waits until an event about a backend has come so often; the last of its lines.</summary>
    private Task<string> WaitForEventAsync(string number, GreetingBackend backend, int times = 1) =>
        relay.Proxy.Process.WaitForLineAsync(line => IsEvent(line, number, backend) && Events(number, backend) >= times);

    private int Events(string number, GreetingBackend backend) =>
        relay.Proxy.Process.Lines.Count(line => IsEvent(line, number, backend));

    private static bool IsEvent(string line, string number, GreetingBackend backend) =>
        line.Contains(number, StringComparison.Ordinal) && line.Contains(backend.Address, StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> GreetingsAsync(int port, int count)
    {
        var greetings = new List<string>();
        for (var i = 0; i < count; i++)
        {
            await using var client = await RelayClient.ConnectAsync(port);
            using var reader = new StreamReader(client, leaveOpen: true);
            greetings.Add(await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) + "\r\n");
        }
        return greetings;
    }
}
