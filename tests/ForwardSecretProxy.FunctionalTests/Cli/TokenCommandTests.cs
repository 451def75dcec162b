using System.Text.Json;

namespace ForwardSecretProxy.FunctionalTests.Cli;

public class TokenCommandTests(TokenDirectoryFixture fixture) : IClassFixture<TokenDirectoryFixture>
{
    [Fact]
    public async Task List_Json_HasTheTokenAndTheBlankSlot()
    {
        var result = await fixture.RunAsync("token", "list", "--json");

        Assert.Equal(0, result.ExitCode);
        using var tokens = JsonDocument.Parse(result.Output);
        Assert.Contains(tokens.RootElement.EnumerateArray(), token =>
            token.GetProperty("label").GetString() == TokenDirectoryFixture.Label
            && token.GetProperty("initialized").GetBoolean() && token.GetProperty("userPinSet").GetBoolean());
        Assert.Contains(tokens.RootElement.EnumerateArray(), token => !token.GetProperty("initialized").GetBoolean());
    }

    [Fact]
    public async Task List_Text_IsPlainInAPipe()
    {
        var result = await fixture.RunAsync("token", "list");

        Assert.Matches($@"\d+ +{TokenDirectoryFixture.Label} +[0-9a-f]{{16}} +SoftHSM v2 +ready", result.Output);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public async Task Init_LabelInUse_CouldNotRun()
    {
        var result = await fixture.RunAsync("token", "init", "--label", TokenDirectoryFixture.Label,
            "--so-pin-file", fixture.Directory.File("so-pin"), "--pin-file", fixture.PinFile);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("There is a token \"commands\" already", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_NoTerminalForThePin_CouldNotRun()
    {
        var result = await fixture.RunAsync("token", "init", "--label", "another");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("--pin-file", result.Error, StringComparison.Ordinal);
    }
}
