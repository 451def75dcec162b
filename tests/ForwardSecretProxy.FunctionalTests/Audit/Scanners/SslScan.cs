using System.Globalization;
using System.Xml.Linq;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>sslscan, by its XML.</summary>
internal static class SslScan
{
    /// <summary>The name its results go by in the file of differences.</summary>
    public const string Name = "sslscan";

    /// <summary>Scans a server on 127.0.0.1.</summary>
    public static async Task<ScannerReport> ScanAsync(int port)
    {
        var result = await ProcessRunner.RunAsync("sslscan",
        [
            "--xml=-", "--no-colour", "--no-heartbleed", "--no-check-certificate", $"--sni-name={Identities.Host}",
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
        ]);
        Assert.True(result.ExitCode == 0, result.Text);
        return Read(XDocument.Parse(result.Output));
    }

    /// <summary>Reads its report.</summary>
    public static ScannerReport Read(XDocument report) => new(
        report.Descendants("protocol")
            .Where(protocol => (string?)protocol.Attribute("enabled") == "1")
            .Select(protocol => Version($"{(string?)protocol.Attribute("type")}v{(string?)protocol.Attribute("version")}"))
            .ToHashSet(),
        report.Descendants("cipher")
            .Select(cipher => new OfferedSuite(
                Version((string)cipher.Attribute("sslversion")!),
                Convert.ToInt32((string)cipher.Attribute("id")!, 16)))
            .ToHashSet());

    // "ssl" and "2" is SSLv2, "TLSv1.0" is TLSv1.0.
    private static string Version(string name) => name[..3].ToUpperInvariant() + name[3..];
}
