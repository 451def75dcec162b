using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanning;

/// <summary>A server on this machine, scanned.</summary>
internal static class ScanTarget
{
    /// <summary>The name that is asked for.</summary>
    public const string Name = "control";

    /// <summary>Scans <c>openssl s_server</c> with these options, an RSA and an ECDSA certificate.</summary>
    public static async Task<EndpointObservation> ScanOpenSslAsync(string options)
    {
        await using var server = await PermissiveServer.StartAsync(options);
        return await ScanAsync(server.Port, Name);
    }

    /// <summary>Scans what listens on a port.</summary>
    public static Task<EndpointObservation> ScanAsync(int port, string? name) => EndpointScanner.ScanAsync(
        async stop =>
        {
            var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, port, stop);
            return client.GetStream();
        },
        new EndpointObservation { Host = "localhost", Port = port, Address = "127.0.0.1", ServerName = name, At = DateTimeOffset.UtcNow },
        // Fewer samples than usual: that they are counted right does not depend on how many there are.
        new ScanOptions { Samples = 4 }, null, CancellationToken.None);

    /// <summary>The versions that are spoken.</summary>
    public static IEnumerable<TlsVersion> SpokenVersions(this EndpointObservation seen) =>
        seen.Versions.Where(each => each.Supported == Answer.Yes).Select(each => each.Version);

    /// <summary>A version's suites by OpenSSL's names, as it writes lists of them.</summary>
    public static string SuitesOf(this EndpointObservation seen, TlsVersion version) => string.Join(
        ':', seen.Versions.Single(each => each.Version == version).Suites.Select(suite => suite.OpenSslName ?? suite.Name));

    /// <summary>A version's groups.</summary>
    public static string GroupsOf(this EndpointObservation seen, TlsVersion version) =>
        string.Join(':', seen.Groups.Single(each => each.Version == version).Groups.Select(group => group.Name));

    /// <summary>A version's schemes.</summary>
    public static IEnumerable<string> SchemesOf(this EndpointObservation seen, TlsVersion version) =>
        seen.SignatureSchemes.Single(each => each.Version == version).Schemes.Select(scheme => scheme.Name);

    /// <summary>Every key share differed, every signature held, and nothing stayed open.</summary>
    public static void AssertIsSound(this EndpointObservation seen)
    {
        Assert.Empty(seen.Gaps);
        Assert.NotEmpty(seen.KeyShares);
        Assert.All(seen.KeyShares, each => Assert.Empty(each.Repeated));
        Assert.All(seen.KeyShares, each => Assert.True(each.Samples >= 2, string.Create(CultureInfo.InvariantCulture, $"{each}")));
        Assert.All(seen.HandshakeSignatures, each => Assert.Equal(0, each.Broken));
    }
}
