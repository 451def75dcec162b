using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>The alerts that are delivered, which need no proxy: <see cref="MetricsTests"/> holds their metrics against one.</summary>
public sealed partial class AlertTests
{
    private const string Rules = "config/prometheus-alerts.yml";
    private const string Test = "config/prometheus-alerts.test.yml";

    [Fact]
    public void Alerts_AreAllInTheHandbookAndInTheirTest()
    {
        var alerts = Alert().Matches(Read(Rules)).Select(match => match.Groups[1].Value).ToList();
        var (handbook, test) = (Read("docs/operations.md"), Read(Test));

        Assert.True(alerts.Count > 10);
        Assert.All(alerts, alert => Assert.Contains($"| `{alert}` |", handbook, StringComparison.Ordinal));
        // Quiet when all is well, and firing once.
        Assert.All(alerts, alert => Assert.True(
            Regex.Count(test, $@"alertname: {alert}\b") >= 2, $"{alert} is tested in both ways."));
    }

    [PromtoolFact]
    public async Task Alerts_PassPromtoolsChecksAndTheirTest()
    {
        var check = await ProcessRunner.RunAsync("promtool", ["check", "rules", Repository.Path(Rules)]);
        var test = await ProcessRunner.RunAsync("promtool", ["test", "rules", Repository.Path(Test)]);

        Assert.True(check.ExitCode == 0, check.Text);
        Assert.True(test.ExitCode == 0, test.Text);
    }

    [PromtoolFact]
    public async Task Alerts_AnyRuleThatNeverFires_FailsTheTest()
    {
        var (rules, tests) = (Read(Rules), Read(Test));

        await Parallel.ForEachAsync(Alert().Matches(rules).Select(match => match.Value), async (alert, _) =>
        {
            using var directory = new TemporaryDirectory();
            directory.Write("prometheus-alerts.test.yml", tests);
            directory.Write("prometheus-alerts.yml", rules.Replace(alert, alert + "Never", StringComparison.Ordinal));
            var test = await ProcessRunner.RunAsync("promtool", ["test", "rules", directory.File("prometheus-alerts.test.yml")]);
            Assert.True(test.ExitCode != 0, alert);
        });
    }

    private static string Read(string path) => File.ReadAllText(Repository.Path(path));

    [GeneratedRegex(@"alert: (\w+)")]
    private static partial Regex Alert();
}
