using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

public class AcmeReaderTests
{
    private const string Account = "\"Directory\": \"https://ca.example/dir\", \"AcceptTerms\": true";
    private const string Order = "\"Names\": [ \"example.org\" ]";

    [Fact]
    public void Read_AccountAndOrder_HaveTheirDefaults()
    {
        var options = Load(Account, Order).Options!;

        var account = Assert.Single(options.Acme);
        Assert.Equal(("ca", new Uri("https://ca.example/dir"), true), (account.Name, account.Directory, account.AcceptTerms));
        Assert.Equal(("/etc/fsp/acme-ca.key", false), (account.Key, account.IsKeyOnToken));
        var order = Assert.Single(options.Certificates).Acme!;
        Assert.Equal(("ca", AcmeChallenge.Http01), (order.Account, order.Challenge));
        Assert.Equal(["/etc/fsp/challenges"], options.ChallengeFolders(AcmeChallenge.Http01));
        Assert.Equal(["/etc/fsp/answers"], options.ChallengeFolders(AcmeChallenge.TlsAlpn01));
    }

    [Fact]
    public void Read_Everything_IsTaken()
    {
        var options = Load(
            Account + """
                , "Contact": [ "hostmaster@example.org", "mailto:b@example.org" ], "AccountKey": "pkcs11:token=fsp;object=acme",
                "ExternalAccount": { "KeyId": "kid-1", "KeyFile": "eab.key" }, "CaFile": "ca.pem"
                """,
            """ "Account": "CA", "Names": [ "B\u00fccher.example", "b.example.org", "b.example.org" ], "Challenge": "TLS-ALPN-01" """).Options!;

        var account = Assert.Single(options.Acme);
        Assert.Equal(["mailto:hostmaster@example.org", "mailto:b@example.org"], account.Contact);
        Assert.Equal(("pkcs11:token=fsp;object=acme", true), (account.Key, account.IsKeyOnToken));
        Assert.Equal(new ExternalAccountOptions("kid-1", "/etc/fsp/eab.key"), account.ExternalAccount);
        Assert.Equal("/etc/fsp/ca.pem", account.CaFile);
        var order = Assert.Single(options.Certificates).Acme!;
        Assert.Equal(("ca", AcmeChallenge.TlsAlpn01), (order.Account, order.Challenge));
        Assert.Equal(["xn--bcher-kva.example", "b.example.org"], order.Names);
    }

    [Theory]
    [InlineData("", Order, "Acme:ca:Directory", "missing")]
    [InlineData("\"Directory\": \"http://ca.example/dir\"", Order, "Acme:ca:Directory", "not an https URL")]
    [InlineData("\"Directory\": \"ca.example\"", Order, "Acme:ca:Directory", "not an https URL")]
    [InlineData(Account + ", \"Contact\": [ \"nobody\" ]", Order, "Acme:ca:Contact", "not a mail address")]
    [InlineData(Account + ", \"Contact\": [ \"tel:1\" ]", Order, "Acme:ca:Contact", "not a mail address")]
    [InlineData(Account + ", \"ExternalAccount\": { \"KeyId\": \"1\" }", Order, "Acme:ca:ExternalAccount:KeyFile", "missing")]
    [InlineData(Account + ", \"ExternalAccount\": { \"KeyId\": \"1\", \"KeyFile\": \"a\", \"Key\": \"b\" }", Order,
        "Acme:ca:ExternalAccount:Key", "does not stand in the configuration")]
    [InlineData(Account + ", \"Terms\": true", Order, "Acme:ca:Terms", "no such key")]
    [InlineData(Account, "", "Certificates:web:Acme", "not an object", true)]
    [InlineData(Account, "\"Names\": [ ]", "Certificates:web:Acme:Names", "there are 0")]
    [InlineData(Account, "\"Names\": [ \"*.example.org\" ]", "Certificates:web:Acme:Names", "wildcard")]
    [InlineData(Account, "\"Names\": [ \"a b\" ]", "Certificates:web:Acme:Names", "not a host name")]
    [InlineData(Account, Order + ", \"Account\": \"other\"", "Certificates:web:Acme:Account", "no account \"other\"")]
    [InlineData(Account, Order + ", \"Challenge\": \"dns-01\"", "Certificates:web:Acme:Challenge", "not known")]
    [InlineData(Account, Order + ", \"KeyType\": \"rsa\"", "Certificates:web:Acme:KeyType", "no such key")]
    public void Read_Mistake_NamesTheKeyAndTheMend(string account, string order, string path, string message, bool isText = false)
    {
        var json = Json(account, order);
        if (isText) json = json.Replace("\"Acme\": {  }", "\"Acme\": \"ca\"", StringComparison.Ordinal);

        var problem = Assert.Single(Configurations.Load(json).Context.Problems, problem => problem.Path == path);

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Mend);
    }

    [Theory]
    [InlineData("http-01", "challenges", "redirect")]
    [InlineData("tls-alpn-01", "answers", "with TLS")]
    public void Read_ChallengeThatNobodyAnswers_IsAnError(string challenge, string folder, string mend)
    {
        var json = Json(Account, $"{Order}, \"Challenge\": \"{challenge}\"")
            .Replace($", \"AcmeChallengeFolder\": \"{folder}\"", "", StringComparison.Ordinal);

        var problem = Configurations.OnlyProblem(json);

        Assert.Equal("Certificates:web:Acme:Challenge", problem.Path);
        Assert.Contains(mend, problem.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OrderWithoutAccounts_IsAnError()
    {
        var json = Json(Account, Order).Replace($"\"Acme\": {{ \"ca\": {{ {Account} }} }}", "\"Tls\": { }", StringComparison.Ordinal);

        Assert.Contains("no account", Configurations.OnlyProblem(json).Message, StringComparison.Ordinal);
    }

    private static LoadedConfiguration Load(string account, string order)
    {
        var loaded = Configurations.Load(Json(account, order));
        Assert.Empty(loaded.Context.Problems);
        return loaded;
    }

    private static string Json(string account, string order) => Configurations.Good
        .Replace("object=web\" }", $"object=web\", \"Acme\": {{ {order} }} }}", StringComparison.Ordinal)
        .Replace("[ \"web\" ] }", "[ \"web\" ], \"AcmeChallengeFolder\": \"answers\" }, \"http\": "
            + "{ \"Address\": \"0.0.0.0:80\", \"Protocol\": \"redirect\", \"AcmeChallengeFolder\": \"challenges\" }", StringComparison.Ordinal)
        .Replace("\"Tls\": { }", $"\"Acme\": {{ \"ca\": {{ {account} }} }}", StringComparison.Ordinal);
}
