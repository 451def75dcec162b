using System.Text.RegularExpressions;

namespace ForwardSecretProxy.Tests.Docs;

/// <summary>A promise of the threat model is held by a test: each test that it names must be there.</summary>
public partial class ThreatModelTests
{
    [Fact]
    public void ThreatModel_EachPromise_NamesTestsThatExist()
    {
        var tests = Directory.EnumerateFiles(Repository.PathOf("tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(path => Path.GetFileNameWithoutExtension(path)!, File.ReadAllText, StringComparer.Ordinal);
        var rows = File.ReadLines(Repository.PathOf("docs/threat-model.md"))
            .SkipWhile(line => !line.StartsWith("| who |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).ToList();

        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            var named = TestName().Matches(row);
            Assert.NotEmpty(named);
            Assert.All(named, match =>
            {
                Assert.Contains(tests[match.Groups["class"].Value], source =>
                    source.Contains(match.Groups["method"].Value, StringComparison.Ordinal));
            });
        });
    }

    [GeneratedRegex(@"`(?<class>\w+Tests)(\.(?<method>\w+))?`")]
    private static partial Regex TestName();
}
