using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

public class InabilityTests
{
    [Fact]
    public void All_EachRow_StandsInTheDocumentation()
    {
        var rows = File.ReadLines(Repository.Path("docs/tokens.md"))
            .SkipWhile(line => !line.StartsWith("| module | what it cannot do |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|'));

        Assert.Equal(Inability.All.Select(row => $"| {row.Module} | {row.Ability} | {row.Reason} |"), rows);
    }
}
