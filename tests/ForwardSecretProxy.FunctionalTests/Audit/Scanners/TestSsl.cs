using System.Globalization;
using System.Text.Json;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>testssl.sh, by its JSON. It takes long: a quarter of a minute for one server.</summary>
internal static class TestSsl
{
    /// <summary>The name its results go by in the file of differences.</summary>
    public const string Name = "testssl";

    private const string SuitePrefix = "cipher-";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Dictionary<string, string> Versions = new()
    {
        ["ssl2"] = "SSLv2",
        ["ssl3"] = "SSLv3",
        ["tls1"] = "TLSv1.0",
        ["tls1_1"] = "TLSv1.1",
        ["tls1_2"] = "TLSv1.2",
        ["tls1_3"] = "TLSv1.3",
    };

    /// <summary>Scans a server on 127.0.0.1 for its suites in each version.</summary>
    public static async Task<ScannerReport> ScanAsync(int port)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("testssl.json");
        var result = await ProcessRunner.RunAsync("testssl",
        [
            "--warnings", "off", "--color", "0", "--assume-http", "--nodns", "none", "--ip", "127.0.0.1",
            "--cipher-per-proto", "--jsonfile", file, string.Create(CultureInfo.InvariantCulture, $"{Identities.Host}:{port}"),
        ], timeout: Patience);
        Assert.True(File.Exists(file), result.Text);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        return Read(report);
    }

    /// <summary>
    /// Reads its report: an entry <c>cipher-tls1_2_xc030</c> for each suite. It names no version without a suite.
    /// </summary>
    public static ScannerReport Read(JsonDocument report)
    {
        var suites = report.RootElement.EnumerateArray()
            .Select(entry => entry.GetProperty("id").GetString()!)
            .Where(id => id.StartsWith(SuitePrefix, StringComparison.Ordinal))
            .Select(ReadSuite)
            .ToHashSet();
        return new ScannerReport(
            suites.Select(suite => suite.Version).ToHashSet(), suites.Where(suite => suite.Version != "SSLv2").ToHashSet());
    }

    private static OfferedSuite ReadSuite(string id)
    {
        var number = id.LastIndexOf("_x", StringComparison.Ordinal);
        return new OfferedSuite(Versions[id[SuitePrefix.Length..number]], Convert.ToInt32(id[(number + 2)..], 16));
    }
}
