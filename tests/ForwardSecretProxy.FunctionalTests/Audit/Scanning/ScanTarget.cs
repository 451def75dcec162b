using System.Globalization;
using System.Net;
using ForwardSecretProxy.Audit.Connecting;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Scanning;
using ForwardSecretProxy.Audit.StartTls;
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
    public static Task<EndpointObservation> ScanAsync(int port, string? name, StartTlsProtocol? startTls = null, int samples = 4) => EndpointScanner.ScanAsync(
        new AuditTarget("localhost", port, startTls) { ServerName = name },
        // Fewer samples than usual: that they are counted right does not depend on how many there are.
        new ScanOptions { Samples = samples, Address = IPAddress.Loopback }, null, CancellationToken.None);

    /// <summary>The same with other options.</summary>
    public static Task<EndpointObservation> ScanAsync(int port, ScanOptions options, IProgress<ScanProgress>? progress = null) =>
        EndpointScanner.ScanAsync(
            new AuditTarget("localhost", port) { ServerName = Name }, options with { Address = IPAddress.Loopback }, progress, CancellationToken.None);

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

    /// <summary>Whatever was seen is so in truth; what was not learnt is nothing that was seen.</summary>
    public static void AssertClaimsNoMoreThan(this EndpointObservation seen, EndpointObservation truth)
    {
        foreach (var version in seen.Versions)
        {
            var real = truth.Versions.Single(each => each.Version == version.Version);
            AssertIs(real.Supported, version.Supported);
            AssertIs(real.ServerPreference, version.ServerPreference);
            Assert.Empty(version.Suites.Except(real.Suites));
        }

        foreach (var groups in seen.Groups)
            Assert.Empty(groups.Groups.Except(truth.Groups.Single(each => each.Version == groups.Version).Groups));
        foreach (var schemes in seen.SignatureSchemes)
            Assert.Empty(schemes.Schemes.Except(truth.SignatureSchemes.Single(each => each.Version == schemes.Version).Schemes));
        Assert.Empty(seen.Certificates.Select(each => each.Chain[0]).Except(truth.Certificates.Select(each => each.Chain[0])));
        Assert.All(AnswersOf(seen).Zip(AnswersOf(truth)), pair => AssertIs(pair.Second, pair.First));
    }

    private static void AssertIs(Answer real, Answer seen) => Assert.Contains(seen, (Answer[])[Answer.Unknown, real]);

    private static IEnumerable<Answer> AnswersOf(EndpointObservation seen) =>
        new object[] { seen.Features, seen.Tls12Tickets, seen.SessionIds, seen.Tls13Resumption }.SelectMany(part => part.GetType()
            .GetProperties().Where(property => property.PropertyType == typeof(Answer)).Select(property => (Answer)property.GetValue(part)!));

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
