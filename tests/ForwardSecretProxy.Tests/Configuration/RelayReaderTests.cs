using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

public class RelayReaderTests
{
    private const string Usual = "\"Backend\": \"127.0.0.1:143\"";

    public static TheoryData<string> Keys => [.. RelayReader.Keys];

    [Theory]
    [InlineData("tcp", RelayProtocol.Tcp, 10, "")]
    [InlineData("smtp", RelayProtocol.Smtp, 10, "smtp")]
    [InlineData("IMAP", RelayProtocol.Imap, 31, "imap")]
    [InlineData("pop3", RelayProtocol.Pop3, 11, "pop3")]
    [InlineData("sieve", RelayProtocol.Sieve, 31, "managesieve")]
    public void Read_NothingButABackend_HasTheProtocolsDefaults(string written, object protocol, int idleMinutes, string alpn)
    {
        var relay = Read($"\"Protocol\": \"{written}\", {Usual}, \"ProxyProtocol\": \"none\"");

        Assert.Equal((RelayProtocol)protocol, relay.Protocol);
        Assert.Equal(StartTlsMode.Implicit, relay.StartTls);
        Assert.Equal([new BackendAddress("127.0.0.1", 143)], relay.Backends);
        Assert.Empty(relay.ServerNames);
        Assert.Equal(Balancing.RoundRobin, relay.Balancing);
        Assert.False(relay.BackendTls || relay.RefusesBareNewlines);
        Assert.Equal(ProxyProtocol.None, relay.ProxyProtocol);
        Assert.Equal(TimeSpan.FromSeconds(10), relay.ConnectTimeout);
        Assert.Equal(TimeSpan.FromMinutes(idleMinutes), relay.IdleTimeout);
        Assert.Equal(HealthCheck.None, relay.HealthCheck);
        Assert.Equal(TimeSpan.FromSeconds(10), relay.HealthInterval);
        Assert.Equal(alpn.Length == 0 ? [] : [alpn], relay.ApplicationProtocols);
    }

    [Fact]
    public void Read_EveryKey_IsTaken()
    {
        var relay = Read("""
            "Protocol": "smtp", "Tls": "starttls", "StartTls": "opportunistic", "Backend": [ "unix:/run/smtp", "[::1]:25" ],
            "ServerNames": { "MX.example.org": "10.0.0.7:25", "*.example.net": [ "10.0.0.8:25", "10.0.0.9:25" ] },
            "Balancing": "Least-Connections", "BackendTls": true, "BackendName": "mx.internal", "BackendCaFile": "ca.pem",
            "ProxyProtocol": "V2", "ConnectTimeout": "2s", "IdleTimeout": "1s", "HealthCheck": "connect",
            "HealthInterval": "100ms", "ApplicationProtocols": [ "smtp", "x" ], "BareNewlines": "refuse", "HostName": "mx.example.org"
            """);

        Assert.Equal((RelayProtocol.Smtp, StartTlsMode.Opportunistic), (relay.Protocol, relay.StartTls));
        Assert.Equal([new BackendAddress("/run/smtp", 0), new BackendAddress("::1", 25)], relay.Backends);
        Assert.Equal(["*.example.net", "mx.example.org"], relay.ServerNames.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([new BackendAddress("10.0.0.7", 25)], relay.ServerNames["mx.example.org"]);
        Assert.Equal(
            [new BackendAddress("10.0.0.8", 25), new BackendAddress("10.0.0.9", 25)], relay.ServerNames["*.example.net"]);
        Assert.Equal(Balancing.LeastConnections, relay.Balancing);
        Assert.True(relay is { BackendTls: true, RefusesBareNewlines: true });
        Assert.Equal(("mx.internal", "/etc/fsp/ca.pem"), (relay.BackendName, relay.BackendCaFile));
        Assert.Equal(ProxyProtocol.V2, relay.ProxyProtocol);
        Assert.Equal(TimeSpan.FromSeconds(2), relay.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), relay.IdleTimeout);
        Assert.Equal((HealthCheck.Connect, TimeSpan.FromMilliseconds(100)), (relay.HealthCheck, relay.HealthInterval));
        Assert.Equal(["smtp", "x"], relay.ApplicationProtocols);
        Assert.Equal("mx.example.org", relay.HostName);
    }

    [Theory]
    [InlineData("tcp", Usual, HealthCheck.None)]
    [InlineData("tcp", "\"Backend\": [ \"a:1\", \"b:1\" ]", HealthCheck.Connect)]
    [InlineData("imap", "\"Backend\": [ \"a:1\", \"b:1\" ]", HealthCheck.Greeting)]
    [InlineData("imap", Usual + ", \"ServerNames\": { \"a.test\": \"a:1\" }", HealthCheck.None)]
    [InlineData("imap", "\"ServerNames\": { \"a.test\": [ \"a:1\", \"b:1\" ] }", HealthCheck.Greeting)]
    public void Read_HealthCheck_IsMadeWhereThereIsAChoice(string protocol, string keys, object expected) =>
        Assert.Equal((HealthCheck)expected, Read($"\"Protocol\": \"{protocol}\", {keys}").HealthCheck);

    [Fact]
    public void Read_ServerNamesOnly_NeedNoBackend() =>
        Assert.Empty(Read("\"Protocol\": \"tcp\", \"ServerNames\": { \"a.test\": \"a:1\" }").Backends);

    [Fact]
    public void Read_NoApplicationProtocols_AreNone() =>
        Assert.Empty(Read($"\"Protocol\": \"imap\", {Usual}, \"ApplicationProtocols\": [ ]").ApplicationProtocols);

    [Theory]
    [InlineData("", "Backend", "missing")]
    [InlineData("\"Backend\": [ ]", "Backend", "missing")]
    [InlineData("\"Backend\": \"\"", "Backend", "missing")]
    [InlineData("\"Backend\": { \"a\": \"b:1\" }", "Backend", "neither a text nor a list")]
    [InlineData("\"Backend\": \"localhost\"", "Backend", "not the address of a service")]
    [InlineData("\"Backend\": [ \"a:1\", \"b:0\" ]", "Backend", "\"b:0\" is not the address")]
    [InlineData("\"Backend\": [ \"a:1\", \"a:1\" ]", "Backend", "stands twice")]
    [InlineData(Usual + ", \"ServerNames\": \"a.test\"", "ServerNames", "not an object")]
    [InlineData(Usual + ", \"ServerNames\": { \"a b\": \"a:1\" }", "ServerNames:a b", "not a server name")]
    [InlineData(Usual + ", \"ServerNames\": { \"*.test\": \"a:1\" }", "ServerNames:*.test", "not a server name")]
    [InlineData(Usual + ", \"ServerNames\": { \"a.test\": [ ] }", "ServerNames:a.test", "no backend")]
    [InlineData(Usual + ", \"ServerNames\": { \"a.test\": { \"b\": \"c:1\" } }", "ServerNames:a.test", "neither a text nor a list")]
    [InlineData("\"Backend\": [ ], \"ServerNames\": { \"a.test\": \"a:1\" }", "Backend", "missing")]
    [InlineData(Usual + ", \"ServerNames\": { \"a.test\": \"\" }", "ServerNames:a.test", "no backend")]
    [InlineData(Usual + ", \"ServerNames\": { \"a.test\": \"a\" }", "ServerNames:a.test", "not the address")]
    [InlineData(Usual + ", \"ServerNames\": { \"a.test\": [ \"a:1\", \"a:1\" ] }", "ServerNames:a.test", "twice")]
    [InlineData(Usual + ", \"Balancing\": \"random\"", "Balancing", "not known")]
    [InlineData(Usual + ", \"BackendTls\": \"yes\"", "BackendTls", "neither true nor false")]
    [InlineData(Usual + ", \"BackendName\": \"a.test\"", "BackendName", "without TLS")]
    [InlineData(Usual + ", \"BackendCaFile\": \"ca.pem\"", "BackendCaFile", "without TLS")]
    [InlineData(Usual + ", \"BackendTls\": true, \"BackendName\": \"a b\"", "BackendName", "not a host name")]
    [InlineData("\"Backend\": \"unix:/run/a\", \"BackendTls\": true", "BackendName", "UNIX socket")]
    [InlineData(Usual + ", \"ServerNames\": { \"a.test\": \"unix:/a\" }, \"BackendTls\": true", "BackendName", "UNIX socket")]
    [InlineData(Usual + ", \"ProxyProtocol\": \"v3\"", "ProxyProtocol", "not known")]
    [InlineData(Usual + ", \"ConnectTimeout\": 10", "ConnectTimeout", "not a length of time")]
    [InlineData(Usual + ", \"ConnectTimeout\": \"10m\"", "ConnectTimeout", "range")]
    [InlineData(Usual + ", \"IdleTimeout\": \"500ms\"", "IdleTimeout", "range")]
    [InlineData(Usual + ", \"IdleTimeout\": \"2d\"", "IdleTimeout", "range")]
    [InlineData(Usual + ", \"HealthInterval\": \"10ms\"", "HealthInterval", "range")]
    [InlineData(Usual + ", \"HealthCheck\": \"ping\"", "HealthCheck", "not known")]
    [InlineData(Usual + ", \"Tls\": \"explicit\"", "Tls", "not known")]
    [InlineData(Usual + ", \"StartTls\": \"required\"", "StartTls", "begins with TLS")]
    [InlineData(Usual + ", \"Tls\": \"starttls\", \"StartTls\": \"opportunistic\"", "StartTls", "passwords")]
    [InlineData(Usual + ", \"Tls\": \"starttls\", \"StartTls\": \"never\"", "StartTls", "not known")]
    [InlineData(Usual + ", \"ApplicationProtocols\": \"imap\"", "ApplicationProtocols", "not a list")]
    [InlineData(Usual + ", \"ApplicationProtocols\": [ \"\" ]", "ApplicationProtocols", "not a protocol's name")]
    [InlineData(Usual + ", \"ApplicationProtocols\": [ \"imäp\" ]", "ApplicationProtocols", "not a protocol's name")]
    [InlineData(Usual + ", \"BareNewlines\": \"refuse\"", "BareNewlines", "only SMTP")]
    [InlineData(Usual + ", \"HostName\": \"a.test\"", "HostName", "the backend greets")]
    [InlineData(Usual + ", \"Tls\": \"starttls\", \"HostName\": \"a b\"", "HostName", "not a host name")]
    [InlineData(Usual + ", \"HttpsPort\": 443", "HttpsPort", "redirect")]
    [InlineData(Usual + ", \"Tls\": \"starttls\", \"AcmeChallengeFolder\": \"a\"", "AcmeChallengeFolder", "STARTTLS")]
    [InlineData(Usual + ", \"Backends\": \"a:1\"", "Backends", "no such key")]
    public void Read_Mistake_NamesTheKeyAndTheMend(string keys, string key, string message)
    {
        var problem = OnlyProblem("\"Protocol\": \"imap\"" + (keys.Length == 0 ? "" : ", ") + keys);

        Assert.Equal("Listeners:mail:" + key, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
        Assert.Equal(ConfigurationProblemSeverity.Error, problem.Severity);
    }

    [Theory]
    [InlineData("\"Tls\": \"starttls\"", "Tls", "no command")]
    [InlineData("\"HealthCheck\": \"greeting\"", "HealthCheck", "no greeting")]
    public void Read_MistakeInTcp_NamesTheKeyAndTheMend(string keys, string key, string message)
    {
        var problem = OnlyProblem($"\"Protocol\": \"tcp\", {Usual}, {keys}");

        Assert.Equal("Listeners:mail:" + key, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
    }

    [Fact]
    public void Read_SmtpThatHidesItsClients_IsAWarning()
    {
        var problem = OnlyProblem($"\"Protocol\": \"smtp\", {Usual}");

        Assert.Equal(("Listeners:mail:ProxyProtocol", ConfigurationProblemSeverity.Warning), (problem.Path, problem.Severity));
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Read_KeyOfARelayForHttp_IsRefused(string key)
    {
        var problem = OnlyProblem($"\"{key}\": \"a\"");

        Assert.Equal("Listeners:mail:" + key, problem.Path);
        Assert.Contains("relays to no backend", problem.Message, StringComparison.Ordinal);
        Assert.Contains("ReverseProxy", problem.Mend, StringComparison.Ordinal);
    }

    private static RelayOptions Read(string keys)
    {
        var loaded = Configurations.Load(With(keys));
        Assert.DoesNotContain(loaded.Context.Problems, problem => problem.Severity == ConfigurationProblemSeverity.Error);
        return loaded.Options!.Listeners.Single(listener => listener.Name == "mail").Relay!;
    }

    private static ConfigurationProblem OnlyProblem(string keys) => Configurations.OnlyProblem(With(keys));

    private static string With(string keys) => Configurations.With(
        "\"Listeners\": { ", $"\"Listeners\": {{ \"mail\": {{ \"Address\": \"0.0.0.0:993\", {keys} }}, ");
}
