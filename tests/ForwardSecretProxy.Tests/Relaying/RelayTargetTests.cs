using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Relaying;
using ForwardSecretProxy.Routing;

namespace ForwardSecretProxy.Tests.Relaying;

public sealed class RelayTargetTests : IDisposable
{
    private static readonly RelayOptions Options = new()
    {
        Protocol = RelayProtocol.Imap,
        Backends = [new("default", 1)],
        ServerNames = new Dictionary<string, IReadOnlyList<BackendAddress>>
        {
            ["imap.example.test"] = [new("exact", 1)],
            ["*.example.test"] = [new("wildcard", 1)],
        },
        IdleTimeout = TimeSpan.FromMinutes(1),
        ApplicationProtocols = ["imap"],
        HealthCheck = HealthCheck.Connect,
    };

    private readonly RelayTarget _target = new("mail", Options, "host", Backend.Default);

    public void Dispose() => _target.Dispose();

    public static TheoryData<string> Changes => [.. Others.Keys];

    private static IReadOnlyDictionary<string, RelayOptions> Others { get; } = new Dictionary<string, RelayOptions>
    {
        ["Backends"] = Options with { Backends = [new("default", 2)] },
        ["ServerNames added"] = Options with { ServerNames = Names("imap.example.test", "*.example.test", "c.test") },
        ["ServerNames other"] = Options with { ServerNames = Names("imap.example.test", "b.test") },
        ["Balancing"] = Options with { Balancing = Balancing.LeastConnections },
        ["ProxyProtocol"] = Options with { ProxyProtocol = ProxyProtocol.V2 },
        ["HealthInterval"] = Options with { HealthInterval = TimeSpan.FromSeconds(1) },
        ["BackendTls"] = Options with { BackendTls = true },
    };

    [Theory]
    [InlineData("imap.example.test", "exact")]
    [InlineData("pop3.example.test", "wildcard")]
    [InlineData("a.pop3.example.test", "default")]
    [InlineData("example.test", "default")]
    [InlineData("test", "default")]
    [InlineData(".example.test", "default")]
    [InlineData(null, "default")]
    public void Find_Name_GoesToItsBackends(string? name, string host) =>
        Assert.Equal(host, Assert.Single(_target.Find(name)).Address.Host);

    [Fact]
    public void Find_NameThatNobodyIsFor_IsNobodyWithoutADefault()
    {
        using var target = new RelayTarget("mail", Options with { Backends = [] }, "host", Backend.Default);

        Assert.Empty(target.Find("elsewhere.test"));
        Assert.Empty(target.Find(null));
        Assert.Single(target.Find("imap.example.test"));
    }

    [Fact]
    public void Backends_All_AreThoseOfEveryName() =>
        Assert.Equal(["default", "exact", "wildcard"], _target.Backends.Select(each => each.Address.Host).Order(StringComparer.Ordinal));

    [Fact]
    public void TryBeginChecks_Wanted_IsTrueOnce()
    {
        Assert.True(_target.TryBeginChecks());
        Assert.False(_target.TryBeginChecks());
        using var unchecked_ = new RelayTarget("mail", Options with { HealthCheck = HealthCheck.None }, "host", Backend.Default);
        Assert.False(unchecked_.TryBeginChecks());
    }

    [Fact]
    public void IsMadeOf_TheSameReadAgain_IsTrue()
    {
        var same = Options with
        {
            Backends = [.. Options.Backends],
            ServerNames = new Dictionary<string, IReadOnlyList<BackendAddress>>(Options.ServerNames),
        };

        Assert.True(_target.IsMadeOf("mail", same, "host", Backend.Default));
        Assert.False(_target.IsMadeOf("mail2", same, "host", Backend.Default));
        Assert.False(_target.IsMadeOf("mail", same, "host2", Backend.Default));
        Assert.False(_target.IsMadeOf("mail", same, "host", new Backend(TimeSpan.FromDays(1), null, null)));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void IsMadeOf_SomethingElse_IsFalse(string change) =>
        Assert.False(_target.IsMadeOf("mail", Others[change], "host", Backend.Default));

    private static Dictionary<string, IReadOnlyList<BackendAddress>> Names(params string[] names) => names.ToDictionary(
        name => name, name => Options.ServerNames.GetValueOrDefault(name) ?? [new BackendAddress("x", 1)]);
}
