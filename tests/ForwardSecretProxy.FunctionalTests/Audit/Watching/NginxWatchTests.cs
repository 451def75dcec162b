using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Watching;
using ForwardSecretProxy.FunctionalTests.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Watching;

/// <summary>A server whose operator changes its ticket keys is scanned, and then watched.</summary>
public sealed class NginxWatchTests : IDisposable
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(30);

    private readonly Identities _identities = new();

    [Fact]
    public async Task Run_TicketKeyFileThatIsChanged_SeesEachKeysLife()
    {
        const int changes = 2;
        var port = FreePort.Next();
        var key = WriteKey('a');
        await using var nginx = await NginxServer.StartAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            ssl_session_ticket_key {{key}};
            server {
              listen 127.0.0.1:{{port}} ssl;
              ssl_protocols TLSv1.2 TLSv1.3;
              ssl_certificate {{_identities.Rsa.ChainFile}}; ssl_certificate_key {{_identities.Rsa.KeyFile}};
            }
            """));
        var scanned = await ScanTarget.ScanAsync(port, ScanTarget.Name);
        var options = new WatchOptions { Span = Span, Clock = new LeapingClock() };
        var (looks, changed) = (0, 0);

        async Task<Stream> OpenAsync(CancellationToken stop)
        {
            // Each key has as many looks as the others.
            if (looks == (changed + 1) * Looks(options) / (changes + 1) && changed < changes)
            {
                WriteKey((char)('a' + ++changed));
                await nginx.ReloadAsync();
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }

        var seen = await EndpointWatch.RunAsync(OpenAsync, WithoutSamples(scanned), options, new Each(() => looks++), default);

        var lives = TicketKeyLife.Of(seen.Tls12Tickets.Samples);
        Assert.Equal(changes + 1, lives.Count);
        Assert.True(TicketKeyLife.WasRotated(lives));
        Assert.Equal(lives.Select(life => life.Name), TicketKeyLife.Of(seen.Tls13Resumption.Samples).Select(life => life.Name));
        // From the first look with a key to its last; the last key of all has the look at the span's end, too.
        Assert.All(lives.SkipLast(1), life => Assert.Equal(Span / (changes + 1) - options.Interval, life.Seen));
        Assert.Equal(Span / (changes + 1), lives[^1].Seen);
    }

    /// <inheritdoc/>
    public void Dispose() => _identities.Dispose();

    private static int Looks(WatchOptions options) => (int)(options.Span / options.Interval);

    // The scan is of today, and the watch of another year.
    private static EndpointObservation WithoutSamples(EndpointObservation scanned) => scanned with
    {
        Tls12Tickets = scanned.Tls12Tickets with { Samples = [] },
        Tls13Resumption = scanned.Tls13Resumption with { Samples = [] },
    };

    private string WriteKey(char each) => _identities.Write("ticket.key", new string(each, 80));

    private sealed class Each(Action look) : IProgress<WatchProgress>
    {
        public void Report(WatchProgress value) => look();
    }
}
