using System.CommandLine;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Cli.Manual;

namespace ForwardSecretProxy.Tests.Cli.Manual;

public sealed class ManualTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fsp-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Write_ThisVersion_HasAPageForEachCommandAndEveryKey()
    {
        using var output = new StringWriter();
        var readme = Repository.PathOf("README.md");

        var code = await CommandLine.RunAsync(
            ["manual", _folder.FullName, "--readme", readme, "--date", "2026-11-26"], output, output);

        Assert.Equal(ExitCode.AllWell, code);
        Assert.Contains(@"\fB\-c\fR, \fB\-\-config\fR \fIFILE\fR", Page("fsp-serve.1"), StringComparison.Ordinal);
        Assert.Contains("fsp token init \\-\\-label fsp", Page("fsp-token-init.1"), StringComparison.Ordinal);
        Assert.Contains(@"\fBLimits:MaxConnections\fR", Page("fsp.jsonc.5"), StringComparison.Ordinal);
        Assert.Contains(@"\fB3\fR", Page("fsp.1"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "fsp-manual.1")));
    }

    [Theory]
    [InlineData(@"a\b", @"a\eb")]
    [InlineData("--config", @"\-\-config")]
    [InlineData("it's", @"it\(aqs")]
    [InlineData("`x`", @"\(gax\(ga")]
    public void Escape_SpecialCharacter_StandsForItself(string text, string expected) =>
        Assert.Equal(expected, Roff.Escape(text));

    [Theory]
    [InlineData("see `fsp check`, **always**", @"see \fBfsp check\fR, \fBalways\fR")]
    [InlineData("the [policy](#policy) rules", "the policy rules")]
    [InlineData("as [RFC 7512](https://example.org/a) says", "as RFC 7512 (https://example.org/a) says")]
    [InlineData(".TH is no command here", @"\&.TH is no command here")]
    [InlineData("'x' neither", @"\(aqx\(aq neither")]
    public void Text_Markdown_BecomesRoff(string markdown, string expected) =>
        Assert.EndsWith($"\n{expected}\n", new Roff("x", 1, "").Text(markdown).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Blocks_WrappedLinesAndTables_AreJoinedAndApart()
    {
        var section = MarkdownSection.Read("# T\n## A\none\ntwo\n\n| h | i |\n| --- | --- |\n| a\\|b | c |\n## B\nno\n", "## A");

        Assert.Equal(["one two", "| h | i |", "| --- | --- |", "| a\\|b | c |"], section.Blocks());
        Assert.Equal(["a|b", "c"], Assert.Single(section.Table("h")));
        Assert.Throws<CommandFailedException>(() => MarkdownSection.Read("# T\n", "## A"));
    }

    [Fact]
    public void Page_EveryVisibleCommand_IsDescribed()
    {
        // A description is what its page and its line under the parent's COMMANDS consist of.
        foreach (var command in All(CommandLine.CreateRoot()))
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.All(command.Options.Where(option => !option.Hidden), option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        }
    }

    private static IEnumerable<Command> All(Command command) =>
        command.Hidden ? [] : command.Subcommands.SelectMany(All).Prepend(command);

    private string Page(string name) => File.ReadAllText(Path.Combine(_folder.FullName, name));
}
