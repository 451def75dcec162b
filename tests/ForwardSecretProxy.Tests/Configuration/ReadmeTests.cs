using System.Text.RegularExpressions;

namespace ForwardSecretProxy.Tests.Configuration;

/// <summary>The README's table of keys against the code that reads them.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void Table_NamesEveryKeyThatIsRead()
    {
        var known = Directory.GetFiles(Repository.PathOf("src/ForwardSecretProxy/Configuration"), "*Reader.cs")
            .SelectMany(file => ReadCall().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();
        var documented = Rows().Select(row => row.Key.Split(':').Last(part => part[0] != '<')).ToHashSet();

        Assert.True(known.Count > 25, "The pattern finds the calls that read a key.");
        Assert.Empty(known.Except(documented));
        Assert.Empty(documented.Except(known));
    }

    [Fact]
    public void Table_Examples_AreTakenAsTheyStand()
    {
        foreach (var row in Settings())
        {
            var loaded = Configurations.Load(Configurations.Good, Override(row.Key, row.Example));
            Assert.True(loaded.Context.Problems.Count == 0, $"{row.Key} = {row.Example}");
        }
    }

    [Fact]
    public void Table_Defaults_AreThoseOfTheCode()
    {
        var expected = Configurations.Load(Configurations.Good).Options!;
        foreach (var row in Settings())
        {
            var found = Configurations.Load(Configurations.Good, Override(row.Key, row.Default)).Options!;
            Assert.Equal(expected.Limits, found.Limits);
            Assert.Equal(expected.Tls, found.Tls with { Groups = expected.Tls.Groups });
            Assert.Equal(expected.Logging, found.Logging with { Section = expected.Logging.Section });
        }

        var groups = Assert.Single(Settings(), row => row.Key == "Tls:Groups");
        Assert.Equal(expected.Tls.Groups, groups.Default.Split(", "));
    }

    /// <summary>The rows whose values are settings, not names of this installation.</summary>
    private static IEnumerable<TableRow> Settings() =>
        Rows().Where(row => row.Key.Split(':')[0] is "Tls" or "Limits" or "Logging");

    private static (string Variable, string Value) Override(string key, string cell)
    {
        var isList = key == "Tls:Groups";
        var value = isList ? cell.Split(", ")[0] : cell;
        return ("FSP_" + key.Replace(":", "__", StringComparison.Ordinal) + (isList ? "__0" : ""), value);
    }

    private static IEnumerable<TableRow> Rows() =>
        from line in File.ReadLines(Repository.PathOf("README.md"))
        let match = Row().Match(line)
        where match.Success
        select new TableRow(match.Groups[1].Value, Plain(match.Groups[2].Value), Plain(match.Groups[3].Value));

    private static string Plain(string cell) => cell.Trim(' ', '`', '[', ']', '"');

    [GeneratedRegex("""(?:Text|Texts|TextMap|TextList|Items|Int32|Integer|Time|Boolean|Choice|FilePaths?|RequiredText|RequiredFilePath)\(\s*"(\w+)",?""")]
    private static partial Regex ReadCall();

    [GeneratedRegex(@"^\| `([A-Z]\w*(?::[^`]+)?)` \|.*\|(.*)\|(.*)\|$")]
    private static partial Regex Row();

    private sealed record TableRow(string Key, string Default, string Example);
}
