using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

public sealed class PathPatternTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new(null);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("conf/*.conf", "conf/10-a.conf conf/20-b.conf")]
    [InlineData("conf/*", "conf/10-a.conf conf/20-b.conf conf/a]b conf/readme")]
    [InlineData("conf/[0-9][0-9]-[!b].conf", "conf/10-a.conf")]
    [InlineData("conf/?0-*.c*f", "conf/10-a.conf conf/20-b.conf")]
    [InlineData("*/readme", "conf/readme other/readme")]
    [InlineData("conf/.*", "conf/.hidden")]
    [InlineData("conf/a[]x]b", "conf/a]b")]
    [InlineData("conf/[", "")]
    [InlineData("none/*", "")]
    public void Expand_Pattern_IsWhatGlobGives(string pattern, string expected)
    {
        foreach (var name in (string[])["conf/20-b.conf", "conf/10-a.conf", "conf/readme", "conf/.hidden", "conf/a]b", "other/readme"])
            _folder.Write(name, "");

        var found = PathPattern.Expand(_folder.PathOf(pattern), 100).Select(path => Path.GetRelativePath(_folder.Root, path));

        Assert.Equal(expected, string.Join(' ', found));
    }
}
