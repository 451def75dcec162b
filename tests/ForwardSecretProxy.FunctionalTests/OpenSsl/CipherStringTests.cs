using System.Globalization;
using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.OpenSsl;

namespace ForwardSecretProxy.FunctionalTests.OpenSsl;

/// <summary>What a cipher string stands for, held against the <c>openssl</c> program.</summary>
public sealed partial class CipherStringTests
{
    [Theory]
    [InlineData("DEFAULT")]
    [InlineData("HIGH:!aNULL:!MD5")]
    [InlineData("ALL:COMPLEMENTOFALL:@SECLEVEL=0")]
    [InlineData("ALL:COMPLEMENTOFALL")]
    [InlineData("ALL:@SECLEVEL=3")]
    [InlineData("aNULL:-aNULL:HIGH:MEDIUM:+RC4:@STRENGTH")]
    [InlineData("ECDHE+AESGCM:ECDHE+CHACHA20")]
    [InlineData("AES128-SHA:no-such-suite:ECDHE-RSA-AES128-GCM-SHA256")]
    public async Task Expand_String_IsWhatOpenSslSays(string text)
    {
        var suites = CipherString.Expand(text);

        Assert.Equal(await CiphersAsync("-V", text), suites.Selected);
        Assert.Equal(await CiphersAsync("-V", "-s", text), suites.Supported);
        Assert.NotEmpty(suites.Selected);
    }

    [Fact]
    public void Expand_SecurityLevel_IsTheStringsOwnOrTheSystems()
    {
        var system = CipherString.Expand("HIGH").SecurityLevel;

        Assert.Equal(3, CipherString.Expand("ALL:@SECLEVEL=3").SecurityLevel);
        Assert.Equal(0, CipherString.Expand("ALL:@SECLEVEL=0").SecurityLevel);
        Assert.InRange(system, 0, 5);
        Assert.True(CipherString.Expand("ALL:@SECLEVEL=3").Supported.Count < CipherString.Expand("ALL:@SECLEVEL=0").Supported.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no-such-suite")]
    [InlineData("!ALL")]
    [InlineData("AES128-SHA:!AES128-SHA")]
    [InlineData("HIGH\0")]
    public void Expand_NothingSelected_IsAClearError(string text)
    {
        var exception = Assert.Throws<FormatException>(() => CipherString.Expand(text));

        Assert.Contains("cipher", exception.Message, StringComparison.Ordinal);
    }

    // 0x13,0x02 - TLS_AES_256_GCM_SHA384 ...
    private static async Task<List<ushort>> CiphersAsync(params string[] arguments)
    {
        var result = await ProcessRunner.RunAsync("openssl", ["ciphers", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Text);
        return [.. CodeOfSuite().Matches(result.Output).Select(match => ushort.Parse(
            match.Groups[1].Value + match.Groups[2].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex("^ *0x([0-9A-F]{2}),0x([0-9A-F]{2}) ", RegexOptions.Multiline)]
    private static partial Regex CodeOfSuite();
}
