using System.Net;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Tests.Configuration;

public class ConfigurationLoaderTests
{
    [Fact]
    public void Load_GoodFile_GivesValuesAndDefaults()
    {
        var loaded = Configurations.Load(Configurations.Good);

        Assert.Empty(loaded.Context.Problems);
        var (name, token, limit, pinKey, pinValue) = Assert.Single(loaded.Options!.Tokens);
        Assert.Equal(("main", "/lib/token.so", "fsp"), (name, token.Module, token.Label));
        Assert.Equal(("PinFile", "/etc/fsp/pin", null), (pinKey, pinValue, limit));
        Assert.Equal("/etc/fsp/pin", Assert.IsType<PinFile>(token.Pin).Path);
        Assert.Equal((32, TimeSpan.FromSeconds(10)), (token.Sessions, token.QueueTimeout));
        Assert.Equal("/etc/fsp/web.pem", Assert.Single(loaded.Options!.Certificates).Chain);
        var listener = Assert.Single(loaded.Options!.Listeners);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 443), listener.Address);
        Assert.Equal(["web"], listener.Certificates);
        Assert.Equal(TlsVersion.Tls12, loaded.Options!.Tls.MinimumVersion);
        Assert.Equal(new HandshakeLimits(), loaded.Options!.Tls.Limits);
        Assert.Equal(new ResumptionPolicy(), loaded.Options!.Tls.Resumption);
        Assert.Equal(new LimitOptions(), loaded.Options!.Limits);
    }

    [Fact]
    public void Load_ModuleArguments_AreKeptAsTheyAre()
    {
        var loaded = Configurations.Load(
            Configurations.With("\"Label\"", "\"ModuleArguments\": \"configdir='sql:/x' flags=\", \"Label\""));

        Assert.Empty(loaded.Context.Problems);
        Assert.Equal("configdir='sql:/x' flags=", Assert.Single(loaded.Options!.Tokens).Options.ModuleArguments);
    }

    [Fact]
    public void Load_CommentsAndTrailingCommas_AreAllowed()
    {
        var json = Configurations.With("\"Tls\": { }", "/* a */ \"Tls\": { \"Groups\": [ \"X25519\", ], }, // b\n");

        var loaded = Configurations.Load(json.Replace(", // b\n,", ", // b\n", StringComparison.Ordinal));

        Assert.Empty(loaded.Context.Problems);
        Assert.Equal(["X25519"], loaded.Options!.Tls.Groups);
    }

    [Fact]
    public void Load_SectionTls_IsRead()
    {
        var tls = Configurations.Load(Configurations.With("\"Tls\": { }", """
            "Tls": {
              "Profile": "modern",
              "Groups": [ "p-256", "X25519" ],
              "Resumption": { "Enabled": false, "Capacity": 7, "Lifetime": "5m", "TicketsPerHandshake": 1 },
              "Limits": { "HandshakeTimeout": "500ms", "MaxClientHelloBytes": 4096,
                          "MaxConcurrentHandshakes": 2, "MaxQueuedHandshakes": 0 }
            }
            """)).Options!.Tls;

        Assert.Equal(TlsVersion.Tls13, tls.MinimumVersion);
        Assert.Equal(["P-256", "X25519"], tls.Groups);
        Assert.Equal(new ResumptionPolicy
        {
            Enabled = false,
            Capacity = 7,
            Lifetime = TimeSpan.FromMinutes(5),
            TicketsPerHandshake = 1,
        }, tls.Resumption);
        Assert.Equal(new HandshakeLimits
        {
            Timeout = TimeSpan.FromMilliseconds(500),
            MaxClientHelloBytes = 4096,
            MaxConcurrent = 2,
            MaxQueued = 0,
        }, tls.Limits);
    }

    [Fact]
    public void Load_EnvironmentVariable_Overrides()
    {
        var loaded = Configurations.Load(Configurations.Good,
            ("FSP_Tls__Profile", "modern"), ("FSP_TOKENS__MAIN__SESSIONS", "4"), ("FSP_PIN", "1234"), ("FSP_SIGNER", "in-process"),
            ("Tls__X", "y"));

        Assert.Empty(loaded.Context.Problems);
        Assert.Equal(TlsVersion.Tls13, loaded.Options!.Tls.MinimumVersion);
        Assert.Equal(4, Assert.Single(loaded.Options!.Tokens).Options.Sessions);
        Assert.Equal(SignerKind.InProcess, loaded.Options!.Signer.Kind);
    }

    [Fact]
    public void Load_BadEnvironmentVariable_NamesTheVariable()
    {
        var problem = Configurations.OnlyProblem(Configurations.Good, ("FSP_Tls__Profil", "modern"));

        Assert.Equal("Tls:Profil", problem.Path);
        Assert.Equal("FSP_Tls__Profil", problem.EnvironmentVariable);
        Assert.Contains("Did you mean Profile?", problem.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeveralMistakes_AreAllReported()
    {
        var loaded = Configurations.Load("""
            {
              "Tokens": { "main": { "Modul": "/lib/x.so", "Label": "a", "Serial": "b", "Sessions": 0 } },
              "Certificates": { "web": { "Chain": "web.pem" }, "web": { } },
              "Listeners": { "https": { "Address": "443", "Certificates": [ "wep" ] } },
              "Tls": { "Profile": "old", "Resumption": { "Lifetime": "8d" } },
              "ReverseProxy": { "Routes": { "all": { "Cluster": "service" } } }
            }
            """);

        Assert.Equal(
            [
                "Certificates:web", "Certificates:web:Key", "Listeners:https:Address", "Listeners:https:Certificates",
                "ReverseProxy:Routes:all:Cluster", "Tls:Profile", "Tls:Resumption:Lifetime",
                "Tokens:main:Modul", "Tokens:main:Module", "Tokens:main:Sessions",
            ],
            loaded.Context.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
        Assert.All(loaded.Context.Problems, problem => Assert.NotEmpty(problem.Mend));
    }

    [Theory]
    [InlineData("{ \"Tokens\": ", 1)]
    [InlineData("{\n  \"Tokens\": {},,\n}", 2)]
    public void Load_NotJson_NamesTheLineAndNothingElse(string json, int line)
    {
        var problem = Configurations.OnlyProblem(json);

        Assert.Equal("", problem.Path);
        Assert.Contains($"line {line},", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    public void Load_NotAnObject_SaysSo(string json) =>
        Assert.Contains("not a JSON object", Configurations.OnlyProblem(json).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"profile\": \"modern\", \"Profile\": \"modern\" }", "Tls:Profile")]
    [InlineData("\"Limits\": { }", "\"tls\": { }", "tls")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"Profile\": \"modern\" }, \"Tls:Profile\": \"modern\"", "Tls:Profile")]
    public void Load_DuplicateKey_IsAnError(string part, string replacement, string path)
    {
        var problem = Configurations.OnlyProblem(Configurations.With(part, replacement));

        Assert.Equal(path, problem.Path);
        Assert.Contains("twice", problem.Message, StringComparison.Ordinal);
    }
}
