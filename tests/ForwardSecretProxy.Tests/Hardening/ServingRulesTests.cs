using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.Hardening.Landlock;

namespace ForwardSecretProxy.Tests.Hardening;

public sealed class ServingRulesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fsp-rules-").FullName;

    [Theory]
    [InlineData("/srv/chains/web.pem")]
    [InlineData("/srv/chains/web.pem.new")]
    [InlineData("/srv/backend/ca.pem")]
    [InlineData("/srv/fsp/fsp.json")]
    [InlineData("/etc/resolv.conf")]
    [InlineData("/srv/acme/one/.well-known/acme-challenge/token")]
    [InlineData("/srv/acme/one/token")]
    public void For_WhatServingReads_IsReadOnly(string path)
    {
        var rules = Rules();

        Assert.True(rules.Covers(path, LandlockAccess.ReadFile), path);
        Assert.False(rules.Covers(path, LandlockAccess.WriteFile), path);
        Assert.False(rules.Covers(path, LandlockAccess.Execute), path);
    }

    [Theory]
    [InlineData("/srv/pins/pin")]
    [InlineData("/srv/other")]
    [InlineData("/var/lib/softhsm/tokens/x")]
    [InlineData("/run/fsp/other/x")]
    [InlineData("/home/fsp/.ssh/id")]
    [InlineData("/tmp/x")]
    public void For_WhatItDoesNot_IsNotGiven(string path)
    {
        Assert.False(Rules().Covers(path, LandlockAccess.ReadFile), path);
    }

    [Fact]
    public void For_AdminSocket_CanBeMadeAndRemovedAndNothingElseWritten()
    {
        var rules = Rules();

        Assert.True(rules.Covers("/run/fsp-admin/admin.sock", LandlockAccess.MakeSocket | LandlockAccess.RemoveFile));
        var writable = rules.All.Where(rule => (rule.Access & ~(LandlockAccess.Read | LandlockAccess.Execute)) != 0);
        Assert.Equal(["/dev/null", "/run/fsp-admin"], writable.Select(rule => rule.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void For_Execute_IsThisProgramAndItsLoader()
    {
        var executable = Rules().All.Where(rule => rule.Access.HasFlag(LandlockAccess.Execute)).Select(rule => rule.Path).ToList();

        Assert.Equal(2, executable.Count);
        Assert.Contains(Environment.ProcessPath, executable);
        Assert.All(executable, path => Assert.True(File.Exists(path)));
    }

    [Fact]
    public void Places_Links_AreFollowedToTheirFolders()
    {
        var (live, archive) = (Path.Combine(_folder, "live"), Path.Combine(_folder, "archive"));
        Directory.CreateDirectory(live);
        Directory.CreateDirectory(archive);
        File.WriteAllText(Path.Combine(archive, "web1.pem"), "");
        File.CreateSymbolicLink(Path.Combine(archive, "newest.pem"), "web1.pem");
        File.CreateSymbolicLink(Path.Combine(live, "web.pem"), "../archive/newest.pem");

        Assert.Equal([live, archive], ServingRules.Places(Path.Combine(live, "web.pem")).Distinct());
    }

    [Fact]
    public void Places_LinkToItself_Ends()
    {
        var link = Path.Combine(_folder, "loop");
        File.CreateSymbolicLink(link, link);

        Assert.All(ServingRules.Places(link), place => Assert.Equal(_folder, place));
    }

    [Fact]
    public void Places_FileInTheRootFolder_IsGivenAlone()
    {
        Assert.Equal(["/fsp.json"], ServingRules.Places("/fsp.json"));
    }

    [Theory]
    [InlineData("/var/lib/fsp/acme", "/var/lib/fsp/acme", "/var/lib/fsp")]
    [InlineData("/var/www/html/.well-known/acme-challenge",
        "/var/www/html/.well-known/acme-challenge", "/var/www/html/.well-known", "/var/www/html")]
    [InlineData("/srv/acme", "/srv/acme")]
    public void ChallengePlaces_Folder_HasThoseThatAnAcmeClientMakes(string folder, params string[] expected)
    {
        Assert.Equal(expected, ServingRules.ChallengePlaces(folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static LandlockRules Rules()
    {
        const string json = """
            {
              "Tokens": { "main": { "Module": "/usr/lib/softhsm/libsofthsm2.so", "Label": "fsp", "PinFile": "/srv/pins/pin" } },
              "Certificates": { "web": { "Chain": "/srv/chains/web.pem", "Key": "pkcs11:token=fsp;object=web" } },
              "Listeners": {
                "https": { "Address": "127.0.0.1:8443" },
                "http": { "Address": "127.0.0.1:8080", "Protocol": "redirect",
                          "AcmeChallengeFolder": "/srv/acme/one/.well-known/acme-challenge" }
              },
              "Admin": { "Address": "unix:/run/fsp-admin/admin.sock" },
              "Backends": { "service": { "CaFile": "/srv/backend/ca.pem" } },
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "service", "Match": { "Path": "{**all}" } } },
                "Clusters": { "service": { "Destinations": { "one": { "Address": "https://127.0.0.1:1" } } } }
              }
            }
            """;
        var loaded = ConfigurationLoader.Load(Encoding.UTF8.GetBytes(json), "/srv/fsp", new Dictionary<string, string>());
        Assert.Empty(loaded.Context.Problems);
        return ServingRules.For(loaded.Options!, new FileInfo("/srv/fsp/fsp.json"));
    }
}
