using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Tests.Audit.Probing;

public class ProberTests
{
    public static TheoryData<string> Names => [.. RecordedFlights.Names];

    [Theory]
    [InlineData("tls10-ecdhe-rsa", TlsVersion.Tls10, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 29, 2)]
    [InlineData("tls11-ecdhe-ecdsa", TlsVersion.Tls11, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 29, 2)]
    [InlineData("tls12-dh-anon", TlsVersion.Tls12, "TLS_DH_anon_WITH_AES_128_GCM_SHA256", null, 0)]
    [InlineData("tls12-dhe-rsa", TlsVersion.Tls12, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", null, 2)]
    [InlineData("tls12-ecdhe-ecdsa", TlsVersion.Tls12, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 29, 2)]
    [InlineData("tls12-ecdhe-rsa-stapled", TlsVersion.Tls12, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 29, 2)]
    [InlineData("tls12-rsa", TlsVersion.Tls12, "TLS_RSA_WITH_AES_128_GCM_SHA256", null, 2)]
    [InlineData("tls13", TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", null, 0)]
    [InlineData("tls13-retry", TlsVersion.Tls13, "TLS_AES_128_GCM_SHA256", null, 0)]
    public async Task AskAsync_RecordedServer_ReadsTheFlight(string name, TlsVersion version, string suite, int? group, int certificates)
    {
        var flight = await RecordedFlights.ProbeAsync(new ScriptedStream(RecordedFlights.Read(name)));

        Assert.Equal(FlightEnding.Complete, flight.Ending);
        Assert.Equal(version, flight.Hello!.Version);
        Assert.Equal(suite, flight.Suite!.Name);
        Assert.Equal(group, flight.KeyExchange?.Group);
        Assert.Equal(certificates, flight.Certificate?.Certificates.Count ?? 0);
        Assert.Equal(name.EndsWith("stapled", StringComparison.Ordinal), flight.IsStapled);
        Assert.Equal(name.Contains("dh", StringComparison.Ordinal) && !name.Contains("ecdh", StringComparison.Ordinal),
            flight.KeyExchange?.Prime is not null);
        Assert.Equal(name.EndsWith("retry", StringComparison.Ordinal), flight.Hello.IsRetryRequest);
    }

    [Fact]
    public async Task AskAsync_Alert_IsARefusal()
    {
        var flight = await RecordedFlights.ProbeAsync(new ScriptedStream(RecordedFlights.Read("alert")));

        Assert.Equal(FlightEnding.Alert, flight.Ending);
        Assert.Equal(TlsAlert.HandshakeFailure, flight.Alert!.Description);
        Assert.True(flight.IsConclusive);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AskAsync_ByteByByte_ReadsTheSame(string name)
    {
        var answer = RecordedFlights.Read(name);

        Assert.Equal(Describe(await RecordedFlights.ProbeAsync(new ScriptedStream(answer))),
            Describe(await RecordedFlights.ProbeAsync(new ScriptedStream(answer, () => 1))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AskAsync_MessagesInRecordsOfOneByte_ReadsTheSame(string name)
    {
        var answer = RecordedFlights.Read(name);
        var split = new MemoryStream();
        for (var at = 0; at < answer.Length;)
        {
            var length = answer[at + 3] << 8 | answer[at + 4];
            // An alert in pieces is allowed nowhere any more (RFC 8446 section 5.1).
            var most = answer[at] == (byte)ContentType.Handshake ? 1 : length;
            for (var part = 0; part < length; part += most)
                split.Write([answer[at], answer[at + 1], answer[at + 2], 0, (byte)most, .. answer[(at + 5 + part)..(at + 5 + part + most)]]);
            at += 5 + length;
        }

        Assert.Equal(Describe(await RecordedFlights.ProbeAsync(new ScriptedStream(answer))),
            Describe(await RecordedFlights.ProbeAsync(new ScriptedStream(split.ToArray()))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AskAsync_ClosedAtAnyByte_IsNeverComplete(string name)
    {
        var answer = RecordedFlights.Read(name);
        // Behind the ServerHello of TLS 1.3 nothing can be read, nor is it waited for.
        var needed = name.StartsWith("tls13", StringComparison.Ordinal) ? 5 + (answer[3] << 8 | answer[4]) : answer.Length;
        for (var length = 0; length < needed; length++)
        {
            var flight = await RecordedFlights.ProbeAsync(new ScriptedStream(answer[..length]));
            Assert.True(flight.Ending is FlightEnding.Closed or FlightEnding.Malformed, $"{length}: {flight.Ending}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AskAsync_SilentInsideItsAnswer_TimesOut(string name)
    {
        var answer = RecordedFlights.Read(name);
        var flight = await RecordedFlights.ProbeAsync(
            new ScriptedStream(answer[..6], staysOpen: true), timeout: TimeSpan.FromMilliseconds(20));

        Assert.Equal(FlightEnding.TimedOut, flight.Ending);
        Assert.False(flight.IsConclusive);
    }

    [Fact]
    public async Task AskAsync_Stopped_Throws()
    {
        using var stop = new CancellationTokenSource();
        var prober = new Prober(_ => Task.FromResult<Stream>(new ScriptedStream([], staysOpen: true)), TimeSpan.FromSeconds(30));
        var asked = prober.AskAsync(RecordedFlights.Hello, FlightExtent.Whole, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "it answers in HTTP, not in TLS")]
    [InlineData("220 mail.example.test ESMTP\r\n", "it does not answer in TLS")]
    public async Task AskAsync_OtherProtocol_SaysSo(string answer, string problem)
    {
        var flight = await RecordedFlights.ProbeAsync(new ScriptedStream(System.Text.Encoding.ASCII.GetBytes(answer)));

        Assert.Equal((FlightEnding.Malformed, problem), (flight.Ending, flight.Problem));
        Assert.False(flight.IsConclusive);
    }

    [Theory]
    [InlineData(new byte[] { 0x16, 3, 3, 0, 0 })]
    [InlineData(new byte[] { 0x15, 3, 3, 0, 2, 1, 112 })]
    [InlineData(new byte[] { 0x16, 3, 3, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x16, 3, 3, 0, 4, 2, 0xFF, 0xFF, 0xFF })]
    public async Task AskAsync_RecordsWithoutEnd_IsMalformed(byte[] record)
    {
        var endless = Enumerable.Range(0, 10_000).SelectMany(_ => record).ToArray();

        var flight = await RecordedFlights.ProbeAsync(new ScriptedStream(endless, staysOpen: true));

        Assert.Equal(FlightEnding.Malformed, flight.Ending);
    }

    [Fact]
    public async Task AskSsl2Async_ServerHello_ListsItsCiphers()
    {
        byte[] message = [4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 2, 0xAA, 0xBB, 0xCC, 1, 0, 0x80, 7, 0, 0xC0, 1, 2];
        var server = new ScriptedStream([0x80, (byte)message.Length, .. message]);

        var (ending, hello) = await Ssl2Prober(server).AskSsl2Async(CancellationToken.None);

        Assert.Equal(FlightEnding.Complete, ending);
        Assert.Equal(["SSL_CK_RC4_128_WITH_MD5", "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"], hello!.Ciphers.Select(Ssl2Ciphers.NameOf));
        Assert.Equal(0x80, server.Asked[0]);
        Assert.Equal(server.Asked.Length - 2, server.Asked[1]);
    }

    [Theory]
    [InlineData(new byte[] { 0x15, 3, 1, 0, 2, 2, 40 }, FlightEnding.Alert)]
    [InlineData(new byte[] { 0x80, 3, 0, 0, 1 }, FlightEnding.Alert)]
    [InlineData(new byte[0], FlightEnding.Closed)]
    [InlineData(new byte[] { 0x80, 22, 4, 0, 1 }, FlightEnding.Malformed)]
    [InlineData(new byte[] { (byte)'H', (byte)'T', (byte)'T', (byte)'P' }, FlightEnding.Malformed)]
    [InlineData(new byte[] { 0x80, 1, 4 }, FlightEnding.Malformed)]
    [InlineData(new byte[] { 0x80, 0, 4 }, FlightEnding.Malformed)]
    public async Task AskSsl2Async_AnythingElse_IsNoServerHello(byte[] answer, object ending)
    {
        Assert.Equal(((FlightEnding)ending, null), await Ssl2Prober(new ScriptedStream(answer)).AskSsl2Async(CancellationToken.None));
    }

    internal static string Describe(ServerFlight flight) => string.Join('|',
        flight.Ending, flight.Alert, flight.Problem, flight.Hello?.Version, flight.Suite, Hex(flight.Hello?.Random), Hex(flight.Hello?.KeyShare?.Share),
        Hex(flight.KeyExchange?.Share), Hex(flight.KeyExchange?.Signature), flight.IsStapled, flight.Certificate?.Certificates.Sum(each => each.Length));

    private static string Hex(byte[]? bytes) => bytes is null ? "" : Convert.ToHexString(bytes);

    private static Prober Ssl2Prober(Stream server) => new(_ => Task.FromResult(server), TimeSpan.FromSeconds(30));
}
