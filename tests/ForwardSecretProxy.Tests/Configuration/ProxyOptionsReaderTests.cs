using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

public class ProxyOptionsReaderTests
{
    [Theory]
    [InlineData("\"Limits\": { }", "\"Limts\": { }", "Limts", "Did you mean Limits?")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"Resumption\": { \"Capcity\": 5 } }", "Tls:Resumption:Capcity", "Capacity")]
    [InlineData("\"Chain\"", "\"Cert\": \"a\", \"Chain\"", "Certificates:web:Cert", "Known here: Acme, ")]
    [InlineData("\"Label\"", "\"Pinfile2\": 1, \"Label\"", "Tokens:main:Pinfile2", "Did you mean PinFile?")]
    [InlineData("\"Address\": \"0", "\"Relay\": 1, \"Address\": \"0", "Listeners:https:Relay", "Known here")]
    public void Read_UnknownKey_IsAnErrorWithASuggestion(string part, string replacement, string path, string mend)
    {
        var problem = Configurations.OnlyProblem(Configurations.With(part, replacement));

        Assert.Equal(path, problem.Path);
        Assert.Contains(mend, problem.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"PinFile\": \"pin\"", "\"Pin\": \"1234\"", "Tokens:main:Pin", "does not stand in the configuration")]
    [InlineData("\"PinFile\": \"pin\"", "\"PinFile\": \"a\", \"PinPrompt\": true", "Tokens:main", "PinFile and PinPrompt")]
    [InlineData("\"PinFile\": \"pin\"", "\"PinEnvironment\": \"1234\"", "Tokens:main:PinEnvironment", "not the name")]
    [InlineData("\"PinFile\": \"pin\"", "\"PinCredential\": \"../pin\"", "Tokens:main:PinCredential", "not a path")]
    [InlineData("\"Label\": \"fsp\", ", "", "Tokens:main", "which token")]
    [InlineData("\"Label\"", "\"Sessions\": 5000, \"Label\"", "Tokens:main:Sessions", "out of range")]
    [InlineData("\"Label\"", "\"Sessions\": \"many\", \"Label\"", "Tokens:main:Sessions", "not a whole number")]
    [InlineData("\"Label\"", "\"QueueTimeout\": 10, \"Label\"", "Tokens:main:QueueTimeout", "not a length of time")]
    [InlineData("\"Label\": \"fsp\"", "\"Label\": { \"a\": 1 }", "Tokens:main:Label", "a list or an object")]
    [InlineData("\"0.0.0.0:443\"", "\"0.0.0.0\"", "Listeners:https:Address", "not an IP address and a port")]
    [InlineData("\"0.0.0.0:443\"", "\"::1\"", "Listeners:https:Address", "not an IP address and a port")]
    [InlineData("\"0.0.0.0:443\"", "\"::1:443\"", "Listeners:https:Address", "not an IP address and a port")]
    [InlineData("\"0.0.0.0:443\"", "\"[::1]:99999\"", "Listeners:https:Address", "not an IP address and a port")]
    [InlineData("\"0.0.0.0:443\"", "\"localhost:443\"", "Listeners:https:Address", "not an IP address and a port")]
    [InlineData("[ \"web\" ]", "\"web\"", "Listeners:https:Certificates", "not a list")]
    [InlineData("[ \"web\" ]", "[ \"web\", \"WEB\" ]", "Listeners:https:Certificates", "stands twice")]
    [InlineData("[ \"web\" ]", "[ ]", "Listeners:https:Certificates", "empty")]
    [InlineData("[ \"web\" ]", "[ \"wab\" ]", "Listeners:https:Certificates", "no certificate \"wab\"")]
    [InlineData("\"http\"", "\"imap\", \"Backend\": \"a\"", "Listeners:https:Backend", "not the address of a service")]
    [InlineData("\"http\"", "\"gopher\"", "Listeners:https:Protocol", "not a protocol")]
    [InlineData("\"Key\"", "\"Spares\": { \"Chain\": \"a\" }, \"Key\"", "Certificates:web:Spares", "not a list of objects")]
    [InlineData("\"Key\"", "\"Spares\": [ \"a.pem\" ], \"Key\"", "Certificates:web:Spares", "not a list of objects")]
    [InlineData("\"Key\"", "\"Spares\": [ { \"Chain\": \"a.pem\" } ], \"Key\"", "Certificates:web:Spares:0:Key", "is missing")]
    [InlineData("\"Key\"", "\"Spares\": [ { \"Chain\": \"a.pem\", \"Key\": \"k\", \"FailBack\": \"auto\" } ], \"Key\"",
        "Certificates:web:Spares:0:FailBack", "no such key")]
    [InlineData("\"Key\"", "\"FailBack\": \"manual\", \"Key\"", "Certificates:web:FailBack", "no Spares")]
    [InlineData("\"Key\"", "\"Spares\": [ { \"Chain\": \"a.pem\", \"Key\": \"k\" } ], \"FailBack\": \"never\", \"Key\"",
        "Certificates:web:FailBack", "not known")]
    [InlineData("\"Key\"", "\"Spares\": [ { \"Chain\": \"a.pem\", \"Key\": \"k\" } ], \"FailBack\": \"manual\", \"FailBackAfter\": \"1m\", \"Key\"",
        "Certificates:web:FailBackAfter", "not used")]
    [InlineData("\"Key\"", "\"Keys\": [ \"a\", \"b\" ], \"Key\"", "Certificates:web:Keys", "there is Key, too")]
    [InlineData("\"Key\": \"pkcs11:token=fsp;object=web\"", "\"Keys\": [ \"a\", \"a\" ]", "Certificates:web:Keys", "stands twice")]
    [InlineData("\"Protocol\"", "\"ClientCertificates\": { \"Mode\": \"require\" }, \"Protocol\"",
        "Listeners:https:ClientCertificates:Mode", "not known")]
    [InlineData("\"Protocol\"", "\"ClientCertificates\": { \"Mode\": \"required\" }, \"Protocol\"",
        "Listeners:https:ClientCertificates:CaFile", "is missing")]
    [InlineData("\"Protocol\"", "\"ClientCertificates\": { \"CaFile\": \"a\" }, \"Protocol\"",
        "Listeners:https:ClientCertificates:Mode", "is missing")]
    [InlineData("\"Protocol\"", "\"ClientCertificates\": { \"Mode\": \"none\", \"CrlFile\": \"a\" }, \"Protocol\"",
        "Listeners:https:ClientCertificates:Mode", "not used")]
    [InlineData("\"Protocol\"", "\"ClientCertificates\": true, \"Protocol\"",
        "Listeners:https:ClientCertificates", "not an object")]
    [InlineData("[ \"web\" ]", "[ \"web\" ], \"AcceptProxyProtocol\": true", "Listeners:https:AcceptProxyProtocol", "no TrustedProxies")]
    [InlineData("[ \"web\" ] } }", "[ \"web\" ], \"AcceptProxyProtocol\": true } }, \"TrustedProxies\": [ ]", "Listeners:https:AcceptProxyProtocol", "no TrustedProxies")]
    [InlineData("[ \"web\" ]", "[ \"web\" ], \"HttpsPort\": 443", "Listeners:https:HttpsPort", "redirect")]
    [InlineData("\"Listeners\": { ", "\"Listeners\": { \"http\": { \"Address\": \"0.0.0.0:80\", \"Protocol\": \"redirect\", \"Certificates\": [ \"web\" ] }, ",
        "Listeners:http:Certificates", "no TLS")]
    [InlineData("\"http\", \"Certificates\": [ \"web\" ]", "\"redirect\"", "Listeners", "only redirect")]
    [InlineData("\"Tls\": { }", "\"TrustedProxies\": [ \"10.0.0.1/24\" ]", "TrustedProxies", "no network")]
    [InlineData("\"Tls\": { }", "\"TrustedProxies\": \"10.0.0.1\"", "TrustedProxies", "not a list")]
    [InlineData("\"Tls\": { }", "\"Hsts\": { \"Preload\": true }", "Hsts:MaxAge", "missing")]
    [InlineData("\"Tls\": { }", "\"Hsts\": { \"IncludeSubDomains\": true }", "Hsts:MaxAge", "missing")]
    [InlineData("\"Tls\": { }", "\"Hsts\": { \"MaxAge\": \"364d\", \"IncludeSubDomains\": true, \"Preload\": true }", "Hsts:Preload", "year")]
    [InlineData("\"Tls\": { }", "\"Hsts\": { \"MaxAge\": \"365d\", \"Preload\": true }", "Hsts:Preload", "subdomains")]
    [InlineData("\"Tls\": { }", "\"Hsts\": { \"MaxAge\": 31536000 }", "Hsts:MaxAge", "not a length of time")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": \"policy.txt\"", "MtaSts", "not an object")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"example.com\": { } }", "MtaSts:example.com", "not the path of a file")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"example.com\": [ \"a\" ] }", "MtaSts:example.com", "not the path of a file")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"example.com\": \"\" }", "MtaSts:example.com", "not the path of a file")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"*.example.com\": \"a\" }", "MtaSts:*.example.com", "not a mail domain")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"post@example.com\": \"a\" }", "MtaSts:post@example.com", "not a mail domain")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"mta-sts.example.com\": \"a\" }", "MtaSts:mta-sts.example.com", "policy's host")]
    [InlineData("\"Tls\": { }", "\"MtaSts\": { \"b\u00fccher.example\": \"a\", \"xn--bcher-kva.example\": \"a\" }", "MtaSts:xn--bcher-kva.example", "already")]
    [InlineData("\"Limits\": { }", "\"Limits\": { \"MaxConnectionsPerClient\": -1 }", "Limits:MaxConnectionsPerClient", "range")]
    [InlineData("\"Tls\": { }", "\"Tls\": true", "Tls", "not an object")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"Groups\": [ \"ffdhe2048\" ] }", "Tls:Groups", "not a group")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"Groups\": [ ] }", "Tls:Groups", "no group is left")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"MinimumVersion\": \"1.1\" }", "Tls:MinimumVersion", "not known")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"Profile\": \"modern\", \"MinimumVersion\": \"1.2\" }",
        "Tls:MinimumVersion", "TLS 1.3 only")]
    [InlineData("\"Tls\": { }", "\"Tls\": { \"Resumption\": { \"Enabled\": 1 } }", "Tls:Resumption:Enabled", "neither")]
    [InlineData("\"Limits\": { }", "\"Limits\": { \"DrainTimeout\": \"2d\" }", "Limits:DrainTimeout", "range")]
    public void Read_Mistake_NamesTheKeyAndWhatIsWrong(string part, string replacement, string path, string message)
    {
        var problem = Configurations.OnlyProblem(Configurations.With(part, replacement));

        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
    }

    [Theory]
    [InlineData("optional", false)]
    [InlineData("REQUIRED", true)]
    public void Read_ClientCertificates_AreTaken(string mode, bool required)
    {
        var loaded = Configurations.Load(Configurations.With("\"Protocol\"",
            $"\"ClientCertificates\": {{ \"Mode\": \"{mode}\", \"CaFile\": \"ca.pem\", \"CrlFile\": \"/crl.pem\" }}, \"Protocol\""));

        Assert.Empty(loaded.Context.Problems);
        var clients = Assert.Single(loaded.Options!.Listeners).ClientCertificates!;
        Assert.Equal((required, "/etc/fsp/ca.pem", "/crl.pem"), (clients.Required, clients.CaFile, clients.CrlFile));
    }

    [Fact]
    public void Read_Spares_AreAlternativesWithTheirPlaces()
    {
        var loaded = Configurations.Load(Configurations.With("\"Key\"", """
            "Spares": [
              { "Chain": "one.pem", "Key": "pkcs11:token=drawer;object=one" },
              { "Chain": "/two.pem", "Keys": [ "pkcs11:token=hsm1;object=two", "pkcs11:token=hsm2;object=two" ] }
            ], "FailBackAfter": "1m", "Key"
            """));

        Assert.Empty(loaded.Context.Problems);
        var certificate = Assert.Single(loaded.Options!.Certificates);
        Assert.Equal(TimeSpan.FromMinutes(1), certificate.FailBackAfter);
        Assert.Equal(
            ["Certificates:web:Key", "Certificates:web:Spares:0:Key", "Certificates:web:Spares:1:Keys:0", "Certificates:web:Spares:1:Keys:1"],
            certificate.Alternatives.SelectMany(each => each.SingleKeys).Select(each => each.KeyPath));
        Assert.Equal("pkcs11:token=hsm2;object=two", certificate.Spares[1].SingleKeys[1].Key);
        Assert.Superset(new HashSet<string> { "/etc/fsp/web.pem", "/etc/fsp/one.pem", "/two.pem" }, loaded.Options.Files.ToHashSet());
    }

    [Fact]
    public void Read_ManualFailBack_HasNoTime()
    {
        var loaded = Configurations.Load(Configurations.With("\"Key\"",
            "\"Spares\": [ { \"Chain\": \"a.pem\", \"Key\": \"k\" } ], \"FailBack\": \"manual\", \"Key\""));

        Assert.Empty(loaded.Context.Problems);
        Assert.Null(Assert.Single(loaded.Options!.Certificates).FailBackAfter);
    }

    [Fact]
    public void Read_TwoListenersOnOneAddress_IsAnError()
    {
        var problem = Configurations.OnlyProblem(Configurations.With(
            "\"Listeners\": {", "\"Listeners\": { \"again\": { \"Address\": \"0.0.0.0:443\" },"));

        Assert.Equal("Listeners:https:Address", problem.Path);
        Assert.Contains("\"again\"", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmptyObject_AsksForTokensCertificatesAndListeners()
    {
        var problems = Configurations.Load("{}").Context.Problems;

        Assert.Equal(["Tokens", "Certificates", "Listeners"], problems.Select(problem => problem.Path));
    }

    [Theory]
    [InlineData("PinEnvironment")]
    [InlineData("PinPrompt")]
    [InlineData("Pin")]
    public void Read_PinWrittenAtTheWrongKey_IsNotRepeated(string key)
    {
        var loaded = Configurations.Load(Configurations.With("\"PinFile\": \"pin\"", $"\"{key}\": \"98 76 54\""));

        Assert.NotEmpty(loaded.Context.Problems);
        Assert.DoesNotContain(loaded.Context.Problems, p => p.ToString().Contains("98 76", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{ }", null)]
    [InlineData("{ \"MaxAge\": \"0s\" }", "max-age=0")]
    [InlineData("{ \"MaxAge\": \"1h\", \"IncludeSubDomains\": true }", "max-age=3600; includeSubDomains")]
    [InlineData("{ \"MaxAge\": \"365d\", \"IncludeSubDomains\": true, \"Preload\": true }", "max-age=31536000; includeSubDomains; preload")]
    public void Read_Hsts_BecomesTheHeader(string hsts, string? header)
    {
        var loaded = Configurations.Load(Configurations.With("\"Tls\": { }", $"\"Hsts\": {hsts}"));

        Assert.Empty(loaded.Context.Problems);
        Assert.Equal(header, loaded.Options!.Hsts.Header);
    }

    [Fact]
    public void Read_RedirectListener_HasNoCertificatesAndAPort()
    {
        var loaded = Configurations.Load(Configurations.With("\"Listeners\": { ",
            "\"Listeners\": { \"http\": { \"Address\": \"0.0.0.0:80\", \"Protocol\": \"redirect\", \"AcmeChallengeFolder\": \"acme\" }, "));

        Assert.Empty(loaded.Context.Problems);
        var listener = loaded.Options!.Listeners.Single(listener => listener.Name == "http");
        Assert.Empty(listener.Certificates);
        Assert.Equal(new RedirectOptions { HttpsPort = 443 }, listener.Redirect);
        Assert.Equal("/etc/fsp/acme", listener.AcmeChallengeFolder);
    }

    [Fact]
    public void Read_MtaSts_IsDomainsAndFilesThatAreWatched()
    {
        var loaded = Configurations.Load(Configurations.With("\"Tls\": { }",
            "\"MtaSts\": { \"Example.com\": \"a.txt\", \"b\u00fccher.example\": \"/b.txt\" }"));

        Assert.Empty(loaded.Context.Problems);
        Assert.Equal(
            [("mta-sts.xn--bcher-kva.example", "/b.txt"), ("mta-sts.example.com", "/etc/fsp/a.txt")],
            loaded.Options!.MtaSts.Select(policy => (policy.Host, policy.File)).OrderBy(policy => policy.File));
        Assert.Superset(new HashSet<string> { "/etc/fsp/a.txt", "/b.txt" }, loaded.Options.Files.ToHashSet());
    }
}
