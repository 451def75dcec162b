using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.FunctionalTests.Audit.Handshakes;

/// <summary>Handshakes that go wrong at any byte: each ends, and as a failure.</summary>
public sealed class TamperedHandshakeTests
{
    /// <summary>So that over the lengths of messages and records every place is met.</summary>
    private const int Step = 7;

    // What the server waits for then does not come, and neither does what the client waits for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Connect_ServerEndsAnywhere_IsAnEnd(TlsVersion version)
    {
        await using var server = await StartAsync();
        var whole = (await ReadAsync(server, version)).Count;
        for (var at = 0; at < whole; at += at % (2 * Step) == 0 ? 1 : Step)
        {
            var ending = await AttemptAsync(server, version, at, cut: true);
            Assert.True(ending is FlightEnding.Closed or FlightEnding.Malformed, $"at {at}: {ending}");
        }

        Assert.Equal(FlightEnding.Complete, await AttemptAsync(server, version, whole, cut: true));
    }

    [Theory]
    [InlineData(TlsVersion.Tls12)]
    [InlineData(TlsVersion.Tls13)]
    public async Task Connect_ServersByteIsChanged_IsNeverComplete(TlsVersion version)
    {
        await using var server = await StartAsync();
        var tried = 0;
        foreach (var at in Contents(await ReadAsync(server, version)).Where((_, index) => index % Step == 0))
        {
            var ending = await AttemptAsync(server, version, at, cut: false);
            Assert.True(ending != FlightEnding.Complete, $"at {at}");
            tried++;
        }

        Assert.True(tried > 10);
    }

    // Where records have their content. A header of another length only makes both sides wait, and in TLS 1.3 a
    // ChangeCipherSpec says nothing.
    private static IEnumerable<int> Contents(IReadOnlyList<byte> read)
    {
        for (var at = 0; at < read.Count;)
        {
            var (type, length) = (read[at], (read[at + 3] << 8) | read[at + 4]);
            at += 5;
            for (var end = at + length; at < end; at++)
            {
                if (type != (byte)ContentType.ChangeCipherSpec)
                    yield return at;
            }
        }
    }

    private static Task<HandshakeServer> StartAsync() =>
        // An RSA signature always has the same length.
        HandshakeServer.StartAsync("rsa:2048", "-num_tickets 0 -no_ticket", answersHttp: false);

    private static async Task<IReadOnlyList<byte>> ReadAsync(HandshakeServer server, TlsVersion version)
    {
        TamperedStream? seen = null;
        var handshaker = new Handshaker(
            async stop => seen = new TamperedStream(await server.OpenAsync(stop), int.MaxValue, cut: false), Patience, TimeProvider.System);
        await using var outcome = await handshaker.ConnectAsync(new HandshakeOffer(version), default);
        Assert.True(outcome.IsComplete, outcome.Reason);
        return [.. seen!.Seen];
    }

    private static async Task<FlightEnding> AttemptAsync(HandshakeServer server, TlsVersion version, int at, bool cut)
    {
        var handshaker = new Handshaker(
            async stop => new TamperedStream(await server.OpenAsync(stop), at, cut), Patience, TimeProvider.System);
        await using var outcome = await handshaker.ConnectAsync(new HandshakeOffer(version), default);
        return outcome.Ending;
    }
}
