using System.Collections.Concurrent;
using ForwardSecretProxy.FunctionalTests.Audit.Servers;

namespace ForwardSecretProxy.FunctionalTests.Audit.Scanners;

/// <summary>Other scanners find the same versions and suites, but for what the file of differences explains.</summary>
[Collection(ScannedCatalogue.Name)]
public sealed class ScannerAgreementTests(ScannedServers servers)
{
    /// <summary>Scanners wait for their server more than they compute.</summary>
    private const int ScansAtOnce = 3;

    // One, that has the most to differ about: testssl.sh takes a quarter of a minute for each.
    private static readonly string[] TestSslServers = ["nginx-old"];

    [Fact]
    public async Task SslScan_WholeCatalogue_DiffersAsExplained()
    {
        var names = Catalogue.All.Select(entry => entry.Name);
        await AssertDiffersAsExplainedAsync(SslScan.Name, names, SslScan.ScanAsync);
    }

    [Fact]
    public Task TestSsl_OldServer_DiffersAsExplained() =>
        AssertDiffersAsExplainedAsync(TestSsl.Name, TestSslServers, TestSsl.ScanAsync);

    // Both ways: an explanation of what is not so any more is as wrong as a difference without one.
    private async Task AssertDiffersAsExplainedAsync(
        string scanner, IEnumerable<string> names, Func<int, Task<ScannerReport>> scanAsync)
    {
        var unexplained = new ConcurrentBag<string>();
        var used = new ConcurrentDictionary<KnownDifference, bool>();
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = ScansAtOnce }, async (name, _) =>
        {
            var ours = ScannerReport.Of(await servers.GetAsync(name));
            var theirs = await scanAsync((await servers.RunAsync(name)).Port);
            foreach (var difference in ours.DifferencesFrom(theirs))
            {
                var explanations = KnownDifference.All.Where(known => known.Explains(name, scanner, difference)).ToList();
                foreach (var known in explanations)
                    used[known] = true;
                if (explanations.Count == 0)
                    unexplained.Add($"{name},{scanner},{difference.Who},{difference.What}");
            }
        });

        Assert.Equal("", string.Join('\n', unexplained.Order()));
        Assert.DoesNotContain(KnownDifference.All, known => known.Scanner == scanner && !used.ContainsKey(known));
    }
}
