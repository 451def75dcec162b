using System.Text.Json;
using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Scripts;

/// <summary>What the image promises, read from the Dockerfile; nothing is built.</summary>
public partial class DockerfileTests
{
    private static readonly string[] Lines = File.ReadAllLines(Repository.Path("Dockerfile"));

    [Fact]
    public void FinalStage_User_IsANumberOtherThanRoot()
    {
        // A number, because an orchestrator that demands a non-root user cannot look a name up.
        var user = Assert.Single(FinalStage(), line => line.StartsWith("USER ", StringComparison.Ordinal));

        Assert.Matches(@"^USER [1-9]\d*:[1-9]\d*$", user);
    }

    [Theory]
    [InlineData("ENTRYPOINT ")]
    [InlineData("CMD ")]
    public void FinalStage_Start_NeedsNoShell(string instruction)
    {
        var line = Assert.Single(FinalStage(), line => line.StartsWith(instruction, StringComparison.Ordinal));

        Assert.NotEmpty(JsonSerializer.Deserialize<string[]>(line[instruction.Length..])!);
    }

    [Fact]
    public void FinalStage_Base_IsEmptyAndNothingIsRunInIt()
    {
        Assert.Equal("FROM scratch", FinalStage()[0]);
        Assert.DoesNotContain(FinalStage(), line => line.StartsWith("RUN ", StringComparison.Ordinal));
    }

    [Fact]
    public void FinalStage_Program_IsTheOneFileWithoutARuntimeBesideIt()
    {
        Assert.Contains("COPY --from=build /app/fsp /usr/bin/fsp", FinalStage());
        Assert.Contains("ENTRYPOINT [\"/usr/bin/fsp\"]", FinalStage());
        Assert.DoesNotContain(Lines, line => line.Contains("/aspnet:", StringComparison.Ordinal));
    }

    [Fact]
    public void SoftHsm_Default_IsLeftOut()
    {
        Assert.Contains("ARG SOFTHSM=false", Lines);
        Assert.Equal(
            Lines.Count(line => SoftHsmPackage().IsMatch(line)),
            Lines.Count(line => SoftHsmPackage().IsMatch(line)
                && line.Contains("if [ \"$SOFTHSM\" = true ]", StringComparison.Ordinal)));
    }

    [Fact]
    public void Packages_OfTheImage_IncludeTheNewLibssl()
    {
        Assert.Contains(Lines, line => line.StartsWith("FROM debian:trixie", StringComparison.Ordinal));
        Assert.Contains(Lines, line => line.Contains(" libssl3t64", StringComparison.Ordinal));
    }

    private static List<string> FinalStage() =>
        [.. Lines.Skip(Array.FindLastIndex(Lines, line => line.StartsWith("FROM ", StringComparison.Ordinal)))];

    [GeneratedRegex(@"\blibsofthsm2\b")]
    private static partial Regex SoftHsmPackage();
}
