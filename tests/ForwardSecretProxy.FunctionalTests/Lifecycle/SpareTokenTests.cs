using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Admin;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Lifecycle;

/// <summary>A token in use and one in the drawer, from the start without it to the day the first one is pulled.</summary>
[Collection(OwnProxy.Name)]
public sealed class SpareTokenTests(ProxyFixture proxy) : IDisposable
{
    private const string Name = "web.example.test";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Serve_SpareAppearsAndThePrimaryIsPulled_GoesOnWithinASecond()
    {
        using var tokens = await ServingToken.CreateAsync();
        var primary = Assert.Single(Directory.GetDirectories(tokens.TokenDirectory));
        var publicKey = await tokens.GenerateKeyAsync("web", "ec-p256");
        await tokens.AddTokenAsync("drawer");
        var sparePublicKey = await tokens.GenerateKeyAsync("web", "ec-p384", "drawer");
        // A module of its own that is not there yet: the drawer.
        var drawer = _directory.File("drawer.so");
        var admin = AdminProxy.FreeAddress();
        var configuration = new ProxyConfiguration(proxy.BackendUrl)
            .WithToken(ServingToken.Module, ServingToken.Label, tokens.PinFile)
            .With("Tokens:drawer", new JsonObject { ["Module"] = drawer, ["Label"] = "drawer", ["PinFile"] = tokens.PinFile })
            .WithCertificate("web", _directory.Write("web.pem", proxy.Authority.Issue(publicKey, Name)), "pkcs11:token=fsp;object=web")
            .With("Certificates:web:Spares", new JsonArray(new JsonObject
            {
                ["Chain"] = _directory.Write("spare.pem", proxy.Authority.Issue(sparePublicKey, Name)),
                ["Key"] = "pkcs11:token=drawer;object=web",
            }))
            .With("Admin:Address", admin);
        var path = configuration.WriteTo(_directory);

        var check = await FspProcess.RunAsync(["check", "--config", path], environment: tokens.Environment);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("Certificates:web:Spares:0:Key", check.Output, StringComparison.Ordinal);
        var records = await FspProcess.RunAsync(["tlsa", "--config", path, "--name", Name]);
        Assert.Contains("; certificate \"web\"\n", records.Output, StringComparison.Ordinal);
        Assert.Contains("; certificate \"web\", spare 1\n", records.Output, StringComparison.Ordinal);
        await using var fsp = await FspProcess.ServeAsync(path, configuration.Port, tokens.Environment);

        Assert.True(await fsp.NextReloadAsync(() =>
        {
            File.Copy(ServingToken.Module, drawer);
            return Task.CompletedTask;
        }));
        Assert.Contains(fsp.Lines, line => line.Contains("[2034]", StringComparison.Ordinal));
        var due = await FspProcess.RunAsync(["cert", "status", "--config", path, "--json"], environment: tokens.Environment);
        Assert.Equal([("Certificates:web", "fsp"), ("Certificates:web:Spares:0", "drawer")], JsonNode.Parse(due.Output)!["certificates"]!.AsArray()
            .Select(each => ((string)each!["path"]!, (string)each["keys"]![0]!["token"]!)));

        var (failures, gap) = await LoadAsync(configuration.Port, () => Directory.Move(primary, _directory.File("pulled")));
        await fsp.WaitForLineAsync(line => line.Contains("[2030]", StringComparison.Ordinal));
        Assert.True(gap < TimeSpan.FromSeconds(1), $"No handshake for {gap}.");
        // Those that were in the middle of it, and as many as it takes to tell.
        Assert.True(failures.Count < 30, $"{failures.Count} failed: {failures.FirstOrDefault()}");

        var metrics = (await ProcessRunner.RunAsync("curl", ["-sS", "--max-time", "10", $"http://{admin}/metrics"])).Output;
        Assert.Contains("fsp_certificate_key_in_use{fsp_certificate=\"web\",fsp_key=\"spare 1\",fsp_token=\"drawer\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_certificate_key_signs{fsp_certificate=\"web\",fsp_key=\"primary\",fsp_token=\"fsp\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_certificate_fail_overs_total{fsp_certificate=\"web\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("fsp_ready{} 1\n", metrics, StringComparison.Ordinal);
        var status = await FspProcess.RunAsync(["status", "--admin", admin]);
        Assert.Equal(1, status.ExitCode);
        Assert.Contains("Its spare 1 on token drawer stands in", status.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(0, await fsp.StopAsync());
    }

    /// <summary>Eight clients at a time, for a second before and for one and a half after <paramref name="cause"/>.</summary>
    private async Task<(ConcurrentQueue<string> Failures, TimeSpan Gap)> LoadAsync(int port, Action cause)
    {
        var (successes, failures) = (new ConcurrentQueue<long>(), new ConcurrentQueue<string>());
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await HandshakeAsync(port);
                    successes.Enqueue(Stopwatch.GetTimestamp());
                }
                catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException)
                {
                    failures.Enqueue(exception.Message);
                }
            }
        }).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Empty(failures);
        Assert.NotEmpty(successes);

        var begun = Stopwatch.GetTimestamp();
        cause();
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        var ended = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        long[] times = [begun, .. successes.Where(time => time > begun && time < ended).Order(), ended];
        return (failures, times.Zip(times.Skip(1), Stopwatch.GetElapsedTime).Max());
    }

    private async Task HandshakeAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = Name, CertificateChainPolicy = proxy.Authority.TrustOnlyThis(), AllowTlsResume = false,
        }, limit.Token);
    }
}
