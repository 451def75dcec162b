using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>Where the admin listener is, and whom it answers.</summary>
[Collection(OwnProxy.Name)]
public sealed class AdminListenerTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Answer_RequestsOfAnOperatorAndOfAWebPage_AreToldApart()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        var port = admin.Address.Split(':')[1];

        foreach (var path in (string[])["/", "/status", "/metrics", "/healthz", "/readyz"])
        {
            // The control: the same request without what makes it a web page's.
            Assert.Equal(200, (await admin.GetAsync(path)).Status);
            Assert.Equal(200, (await admin.GetAsync(path, "-H", $"Host: localhost:{port}")).Status);
            Assert.Equal(200, (await admin.GetAsync(path, "-H", $"Origin: http://{admin.Address}")).Status);
            Assert.Equal(200, (await admin.GetAsync(path, "--head")).Status);

            Assert.Equal(403, (await admin.GetAsync(path, "-H", $"Host: rebound.example:{port}")).Status);
            Assert.Equal(403, (await admin.GetAsync(path, "-H", "Host: 127.0.0.1.rebound.example")).Status);
            Assert.Equal(400, (await admin.GetAsync(path, "-H", "Host:")).Status);
            Assert.Equal(403, (await admin.GetAsync(path, "-H", "Origin: http://evil.example")).Status);
            Assert.Equal(403, (await admin.GetAsync(path, "-H", "Origin: null")).Status);
            Assert.Equal(405, (await admin.GetAsync(path, "--request", "POST")).Status);
            Assert.Equal(405, (await admin.GetAsync(path, "--request", "DELETE")).Status);
        }

        Assert.Equal(404, (await admin.GetAsync("/other")).Status);
    }

    [Fact]
    public async Task Socket_OfItsOwn_IsForOwnerAndGroupAndGoesAway()
    {
        var path = _directory.File("admin.sock");
        await using var admin = await AdminProxy.StartAsync(proxy, _directory, $"unix:{path}");

        Assert.Equal(200, (await admin.GetAsync("/readyz")).Status);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(path));
        Assert.Equal(0, await admin.Process.StopAsync());
        Assert.False(Path.Exists(path));
    }

    [Fact]
    public async Task Socket_LeftBehindByAKilledProcess_IsReplaced()
    {
        var path = _directory.File("admin.sock");
        await using (var killed = await AdminProxy.StartAsync(proxy, _directory, $"unix:{path}"))
            await killed.Process.StopAsync("KILL");
        Assert.True(Path.Exists(path));

        await using var admin = await AdminProxy.StartAsync(proxy, _directory, $"unix:{path}");

        Assert.Equal(200, (await admin.GetAsync("/healthz")).Status);
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("file")]
    [InlineData("no-directory/socket")]
    public async Task Socket_PathThatCannotBe_IsLeftAloneAndNamed(string name)
    {
        var path = _directory.File(name);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (name == "socket")
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen();
        }
        else if (name == "file")
        {
            await File.WriteAllTextAsync(path, "");
        }
        var configuration = proxy.NewConfiguration(proxy.BackendUrl).With("Admin:Address", $"unix:{path}");

        var result = await FspProcess.RunAsync(
            ["serve", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("Admin:Address", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Text, StringComparison.Ordinal);
        Assert.Equal(name is "socket" or "file", Path.Exists(path));
    }

    [Fact]
    public async Task Check_AdminPortInUse_NamesTheKey()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var configuration = proxy.NewConfiguration(proxy.BackendUrl)
            .With("Admin:Address", occupant.LocalEndpoint.ToString()!);

        var result = await FspProcess.RunAsync(
            ["check", "--config", configuration.WriteTo(_directory)], environment: proxy.Token.Environment);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("Admin:Address", result.Text, StringComparison.Ordinal);
    }
}
