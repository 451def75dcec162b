using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.FunctionalTests.Bench;
using static ForwardSecretProxy.FunctionalTests.Bench.ScriptedServer;

namespace ForwardSecretProxy.FunctionalTests.Audit.Connecting;

public sealed class ConnectorTests : IDisposable
{
    private const string Go = "220 ready\r\n|250 STARTTLS\r\n|220 go ahead\r\n";

    private static readonly byte[] LdapRequest = [0x30, 0x1d, 2, 1, 1, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];
    private static readonly byte[] LdapSuccess = [0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0];
    private static readonly byte[] PostgresRequest = [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f];

    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(30));

    public void Dispose() => _stop.Dispose();

    /// <summary>What a server hears and answers: RFC 6120 section 9, RFC 4511 section 4.14, PostgreSQL's manual.</summary>
    public static TheoryData<StartTlsProtocol, string[]> Servers { get; } = new()
    {
        { StartTlsProtocol.Xmpp, Xmpp("jabber:client") },
        { StartTlsProtocol.XmppServer, Xmpp("jabber:server") },
        { StartTlsProtocol.Ldap, [Text(LdapRequest), Text(LdapSuccess)] },
        { StartTlsProtocol.Postgres, [Text(PostgresRequest), "S"] },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task OpenAsync_ServerThatListensFirst_EndsWhereTlsBegins(StartTlsProtocol protocol, string[] turns)
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            for (var turn = 0; turn < turns.Length; turn += 2)
            {
                Assert.Equal(turns[turn], await HearExactlyAsync(socket, turns[turn].Length, stop));
                await socket.SendAsync(Encoding.Latin1.GetBytes(turns[turn + 1]), stop);
            }

            await ShakeHandsAsync(socket, stop);
        });
        var connector = Connect(server.Port, protocol);

        await using var tls = new SslStream(await connector.OpenAsync(_stop.Token));

        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "scripted",
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=scripted",
            },
            _stop.Token);
        Assert.True(tls.IsEncrypted);
    }

    [Theory]
    [InlineData("220 ready\r\n|250 mail\r\n", "says no to STARTTLS (smtp): it does not offer STARTTLS")]
    [InlineData("421 \u001b[2J busy\r\n", "says no to STARTTLS (smtp): 421 ?[2J busy")]
    [InlineData("* OK ready\r\n", "does not come to TLS (smtp): it does not answer as SMTP does: \"* OK ready\"")]
    [InlineData("220 ready\r\n|250 STARTTLS\r\n|220 go ahead\r\n250 injected\r\n",
        "does not come to TLS (smtp): it sends plaintext behind its go-ahead, which would pass for protected: \"250 injected??\"")]
    [InlineData("220 ready\r\n|", "does not come to TLS (smtp): it closed the connection")]
    [InlineData("", "does not come to TLS (smtp): it closed the connection")]
    public async Task OpenAsync_NoWayToTls_FailsAtOnceAndForAll(string turns, string problem)
    {
        var arrivals = 0;
        await using var server = new ScriptedServer((socket, stop) =>
        {
            Interlocked.Increment(ref arrivals);
            return SpeakAsync(socket, turns, stop);
        });
        var connector = Connect(server.Port, StartTlsProtocol.Smtp);

        // All of those that want one at the same time are told what the first one met.
        var all = Enumerable.Range(0, 5).Select(_ => connector.OpenAsync(_stop.Token)).ToList();
        foreach (var opening in all)
        {
            var exception = await Assert.ThrowsAsync<ConnectFailedException>(() => opening);
            Assert.Equal($"example.org:{server.Port} {problem}", exception.Message);
        }

        Assert.Equal((1, 1), (arrivals, connector.Connections));
        Assert.Throws<InvalidOperationException>(() => connector.Address);
    }

    [Fact]
    public async Task OpenAsync_ServerThatDripsWords_IsCutOffAfterTheTimeoutAsAWhole()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            // Each byte is progress; they never come to an end.
            while (true)
            {
                await SayAsync(socket, "2", stop);
                await Task.Delay(10, stop);
            }
        });
        var connector = Connect(server.Port, StartTlsProtocol.Smtp, Local with { Timeout = TimeSpan.FromMilliseconds(300) });

        var exception = await Assert.ThrowsAsync<ConnectFailedException>(() => connector.OpenAsync(_stop.Token));

        Assert.Equal($"example.org:{server.Port} does not come to TLS (smtp): no answer within 0.3 s", exception.Message);
    }

    [Fact]
    public async Task OpenAsync_ServerThatResets_SaysSo()
    {
        await using var server = new ScriptedServer(async (socket, stop) =>
        {
            await HearExactlyAsync(socket, PostgresRequest.Length, stop);
            socket.LingerState = new LingerOption(true, 0);
        });
        var connector = Connect(server.Port, StartTlsProtocol.Postgres);

        var exception = await Assert.ThrowsAsync<ConnectFailedException>(() => connector.OpenAsync(_stop.Token));

        Assert.Contains("does not come to TLS (postgres): ", exception.Message, StringComparison.Ordinal);
        Assert.IsType<SocketException>(exception.GetBaseException());
    }

    [Fact]
    public async Task OpenAsync_SeveralAddresses_TakesTheFirstThatAnswersAndStaysThere()
    {
        var resolved = 0;
        await using var server = new ScriptedServer(HoldAsync);
        var connector = Connect(server.Port, null, new ConnectorOptions
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>(
                ++resolved == 1 ? [IPAddress.Parse("127.0.0.2"), IPAddress.Loopback] : [IPAddress.Parse("127.0.0.3")]),
        });

        await using var first = await connector.OpenAsync(_stop.Token);
        await using var second = await connector.OpenAsync(_stop.Token);

        Assert.Equal((1, 2, new IPEndPoint(IPAddress.Loopback, server.Port)), (resolved, connector.Connections, connector.Address));
    }

    [Fact]
    public async Task OpenAsync_NoAddressAnswers_NamesThemAll()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var connector = Connect(port, null, new ConnectorOptions
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]),
        });

        var exception = await Assert.ThrowsAsync<ConnectFailedException>(() => connector.OpenAsync(_stop.Token));

        Assert.Equal(
            $"cannot connect to example.org:{port}: 127.0.0.2:{port}: Connection refused; 127.0.0.1:{port}: Connection refused", exception.Message);
    }

    [Fact]
    public async Task OpenAsync_NameThatDoesNotExist_SaysSo()
    {
        var connector = new Connector(AuditTarget.Parse("fsp-test.invalid"), new ConnectorOptions
        {
            Resolve = (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)),
        });

        var exception = await Assert.ThrowsAsync<ConnectFailedException>(() => connector.OpenAsync(_stop.Token));

        Assert.StartsWith("the host fsp-test.invalid was not found: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_FixedAddress_AsksNoResolver()
    {
        await using var server = new ScriptedServer(HoldAsync);
        var connector = Connect(server.Port, null, new ConnectorOptions
        {
            Address = IPAddress.Loopback,
            Resolve = (_, _) => throw new InvalidOperationException(),
        });

        await using var stream = await connector.OpenAsync(_stop.Token);

        Assert.Equal(IPAddress.Loopback, connector.Address.Address);
    }

    [Fact]
    public async Task OpenAsync_ServerThatHasEnoughForAWhile_IsGivenTime()
    {
        var pauses = new List<TimeSpan>();
        var arrivals = 0;
        await using var server = new ScriptedServer((socket, stop) =>
            SpeakAsync(socket, Interlocked.Increment(ref arrivals) is 2 or 3 ? "421 too many connections\r\n" : Go, stop));
        var connector = Connect(server.Port, StartTlsProtocol.Smtp, Patient(pauses.Add));
        await (await connector.OpenAsync(_stop.Token)).DisposeAsync();

        await using var second = await connector.OpenAsync(_stop.Token);

        // It was not only tried again: it was waited for, ever longer.
        Assert.Equal([1.0, 2.0], pauses.Select(pause => pause.TotalMinutes).Where(minutes => minutes >= 1));
        Assert.Equal((4, 4), (arrivals, connector.Connections));
    }

    [Fact]
    public async Task OpenAsync_ServerThatIsAwayForAWhile_IsGivenTime()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var restarted = new TcpListener(IPAddress.Loopback, port);
        var pauses = 0;
        var connector = Connect(port, null, Patient(pause =>
        {
            if (pause >= TimeSpan.FromMinutes(1) && ++pauses == 2)
                restarted.Start();
        }));
        await (await connector.OpenAsync(_stop.Token)).DisposeAsync();
        listener.Stop();

        await using var second = await connector.OpenAsync(_stop.Token);

        Assert.Equal((2, 2), (pauses, connector.Connections));
    }

    [Fact]
    public async Task OpenAsync_ServerThatHasEnoughForGood_IsAGapAndNotAFailure()
    {
        var pauses = new List<TimeSpan>();
        var arrivals = 0;
        await using var server = new ScriptedServer((socket, stop) =>
            SpeakAsync(socket, Interlocked.Increment(ref arrivals) is 1 or > 8 ? Go : "421 too many connections\r\n", stop));
        var connector = Connect(server.Port, StartTlsProtocol.Smtp, Patient(pauses.Add));
        await (await connector.OpenAsync(_stop.Token)).DisposeAsync();

        var patient = await Assert.ThrowsAsync<ReconnectFailedException>(() => connector.OpenAsync(_stop.Token));
        Assert.StartsWith($"example.org:{server.Port} takes no more connections after 7 (tried 6 times): ", patient.Message, StringComparison.Ordinal);
        Assert.EndsWith("421 too many connections", patient.Message, StringComparison.Ordinal);
        Assert.Equal([1.0, 2.0, 4.0, 8.0, 16.0], pauses.Select(pause => pause.TotalMinutes).Where(minutes => minutes >= 1));

        // Patience is had once, until the server is well again.
        await Assert.ThrowsAsync<ReconnectFailedException>(() => connector.OpenAsync(_stop.Token));
        Assert.Equal(8, arrivals);
        await using var last = await connector.OpenAsync(_stop.Token);
        Assert.Equal(9, arrivals);
    }

    [Fact]
    public async Task OpenAsync_OneConnectionAtOnce_KeepsThePlaceUntilItIsClosed()
    {
        await using var server = new ScriptedServer(HoldAsync);
        var gates = new ConnectionGates { MostAtOnce = 1 };
        var connector = Connect(server.Port, null, Local with { Gates = gates });
        Assert.True(HasPlace(gates));
        var first = await connector.OpenAsync(_stop.Token);
        Assert.False(HasPlace(gates));

        await first.DisposeAsync();
        // A second closing gives no second place.
        await first.DisposeAsync();

        Assert.True(HasPlace(gates));
        await using var second = await connector.OpenAsync(_stop.Token);
        Assert.False(HasPlace(gates));
    }

    [Fact]
    public async Task OpenAsync_FailedConnections_GiveTheirPlacesBack()
    {
        var arrivals = 0;
        await using var server = new ScriptedServer((socket, stop) =>
            SpeakAsync(socket, Interlocked.Increment(ref arrivals) is > 1 and < 5 ? "421 no\r\n" : Go, stop));
        var connector = Connect(server.Port, StartTlsProtocol.Smtp,
            Patient(_ => { }) with { Gates = new ConnectionGates { MostAtOnce = 1, Time = new HookedTime(_ => { }) } });
        await (await connector.OpenAsync(_stop.Token)).DisposeAsync();

        await using var stream = await connector.OpenAsync(_stop.Token);

        Assert.Equal(5, arrivals);
    }

    [Fact]
    public async Task ReadAsync_SilentServer_HeedsTheToken()
    {
        await using var server = new ScriptedServer(HoldAsync);
        await using var stream = await Connect(server.Port, null).OpenAsync(_stop.Token);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadAsync(new byte[1], soon.Token).AsTask());
    }

    /// <summary>With a resolver of its own: no test asks the network's.</summary>
    private static ConnectorOptions Local => new() { Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]) };

    /// <summary>Every pause is a minute or more, and takes no time.</summary>
    private static ConnectorOptions Patient(Action<TimeSpan> paused) => Local with
    {
        FirstPause = TimeSpan.FromMinutes(1),
        Gates = new ConnectionGates { Time = new HookedTime(paused) },
    };

    private static Connector Connect(int port, StartTlsProtocol? protocol, ConnectorOptions? options = null) =>
        new(new AuditTarget("example.org", port, protocol), options ?? Local);

    private static bool HasPlace(ConnectionGates gates)
    {
        using var no = new CancellationTokenSource();
        var gate = gates[IPAddress.Loopback];
        var isInside = gate.EnterAsync(no.Token).IsCompletedSuccessfully;
        no.Cancel();
        if (isInside)
            gate.Leave();
        return isInside;
    }

    private static async Task HoldAsync(Socket socket, CancellationToken stop) => await socket.ReceiveAsync(new byte[1], stop);

    /// <summary>Says its turns, one for each line it hears; an empty one ends it.</summary>
    private static async Task SpeakAsync(Socket socket, string turns, CancellationToken stop)
    {
        foreach (var turn in turns.Split('|'))
        {
            if (turn.Length == 0) return;
            await SayAsync(socket, turn, stop);
            await HearAsync(socket, stop);
        }
    }

    private static async Task<string> HearExactlyAsync(Socket socket, int length, CancellationToken stop)
    {
        var heard = new byte[length];
        await using var stream = new NetworkStream(socket);
        await stream.ReadExactlyAsync(heard, stop);
        return Text(heard);
    }

    private static string[] Xmpp(string content) =>
    [
        $"<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='{content}' xmlns:stream='http://etherx.jabber.org/streams'>",
        $"<stream:stream from='example.org' id='t7AMCin9zjMNwQKDnplntZPIDEI=' version='1.0' xml:lang='en' xmlns='{content}' "
            + "xmlns:stream='http://etherx.jabber.org/streams'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
            + "<required/></starttls></stream:features>",
        "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    ];

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
