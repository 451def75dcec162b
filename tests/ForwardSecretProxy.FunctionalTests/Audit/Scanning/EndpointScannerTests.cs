using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Bench;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>The scanner as its callers see it: which server it goes to, by which name, and what it says of that.</summary>
public sealed class EndpointScannerTests
{
    private const string OneOfEach = "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -groups X25519";

    private static readonly ScanOptions Options = new() { Samples = 2 };

    [Fact]
    public async Task ScanAsync_NameAndPort_SaysWhereItWasAndHowOften()
    {
        await using var real = await PermissiveServer.StartAsync(OneOfEach);
        var arrivals = 0;
        await using var server = new ScriptedServer((socket, stop) =>
        {
            Interlocked.Increment(ref arrivals);
            return Limited.PassAsync(socket, real.Port, stop);
        });

        // The name has two addresses on most machines, and the server listens on one.
        var seen = await EndpointScanner.ScanAsync(AuditTarget.Parse($"localhost:{server.Port}"), Options, null, default);

        Assert.Equal(("localhost", server.Port, "127.0.0.1", "localhost", null), (seen.Host, seen.Port, seen.Address, seen.ServerName, seen.StartTls));
        Assert.Equal(arrivals, seen.Connections);
        Assert.Equal(Answer.Yes, seen.Versions.Single(each => each.Version == TlsVersion.Tls13).Supported);
    }

    [Fact]
    public async Task ScanAsync_AddressAndNameOfOnesChoice_AreUsed()
    {
        await using var server = await PermissiveServer.StartAsync(OneOfEach);

        // The host exists nowhere: it is not asked for.
        var seen = await EndpointScanner.ScanAsync(
            AuditTarget.Parse($"fsp-test.invalid:{server.Port}"),
            Options with { Address = IPAddress.Loopback, ServerName = "other.example.test" }, null, default);

        Assert.Equal(("fsp-test.invalid", "127.0.0.1", "other.example.test"), (seen.Host, seen.Address, seen.ServerName));
        Assert.NotEmpty(seen.Certificates);
        Assert.All(seen.Certificates, each => Assert.Equal(each.IsForTarget, each.ServerNames.Contains("other.example.test")));
    }

    [Fact]
    public async Task ScanAsync_AddressOfIPv6_IsScannedWithoutAName()
    {
        await using var real = await PermissiveServer.StartAsync(OneOfEach);
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var passing = PassAllAsync(listener, real.Port, stop.Token);

        var seen = await EndpointScanner.ScanAsync(
            AuditTarget.Parse($"[::1]:{((IPEndPoint)listener.LocalEndpoint).Port}"), Options, null, default);

        await stop.CancelAsync();
        await passing;
        Assert.Equal(("::1", "::1", null), (seen.Host, seen.Address, seen.ServerName));
        Assert.Equal(Answer.Yes, seen.Versions.Single(each => each.Version == TlsVersion.Tls13).Supported);
        Assert.Empty(seen.Gaps);
    }

    [Fact]
    public async Task ScanAsync_NothingListens_Throws()
    {
        var exception = await Assert.ThrowsAsync<ConnectFailedException>(
            () => EndpointScanner.ScanAsync(AuditTarget.Parse($"127.0.0.1:{FreePort.Next()}"), Options, null, default));

        Assert.Contains("Connection refused", exception.Message, StringComparison.Ordinal);
    }

    private static async Task PassAllAsync(TcpListener listener, int port, CancellationToken stop)
    {
        var passing = new List<Task>();
        try
        {
            while (true)
                passing.Add(PassAsync(await listener.AcceptSocketAsync(stop)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(passing);
        }

        async Task PassAsync(Socket socket)
        {
            try
            {
                using (socket)
                    await Limited.PassAsync(socket, port, stop);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The scan went away.
            }
        }
    }
}
