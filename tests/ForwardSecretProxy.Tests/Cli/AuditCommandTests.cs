using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Cli;
using YamlDotNet.RepresentationModel;

namespace ForwardSecretProxy.Tests.Cli;

public partial class AuditCommandTests
{
    [Theory]
    [InlineData("audit", "Required command")]
    [InlineData("audit endpoint", "HOST[:PORT]")]
    [InlineData("audit endpoint a:b:c", "a:b:c")]
    [InlineData("audit endpoint localhost:0", "localhost:0")]
    [InlineData("audit endpoint --targets /nonexistent/targets", "--targets")]
    [InlineData("audit endpoint localhost --ip example", "--ip")]
    [InlineData("audit endpoint localhost example.org --ip 127.0.0.1", "--ip is for one server")]
    [InlineData("audit endpoint localhost --starttls ftp", "ftp")]
    [InlineData("audit endpoint localhost --samples 1", "--samples is from 2 to 1000")]
    [InlineData("audit endpoint localhost --samples x", "x")]
    [InlineData("audit endpoint localhost --parallel 0", "--parallel is from 1 to 64")]
    [InlineData("audit endpoint localhost --timeout 5", "--timeout is a time")]
    [InlineData("audit endpoint localhost --timeout 1ms", "--timeout is a time")]
    [InlineData("audit endpoint localhost --deadline 0s", "--deadline is a time")]
    [InlineData("audit endpoint localhost --watch 24h", "--watch and --state")]
    [InlineData("audit endpoint localhost --state file", "--watch and --state")]
    [InlineData("audit endpoint localhost --watch 24 --state file", "--watch is a time")]
    [InlineData("audit endpoint localhost example.org --watch 24h --state file", "--watch is for one server")]
    [InlineData("audit endpoint localhost --format xml", "xml")]
    [InlineData("audit endpoint localhost --format html --json", "--json is --format json")]
    [InlineData("audit endpoint localhost --format html --verbose", "--verbose is for --format text")]
    [InlineData("audit endpoint localhost --json --verbose", "--verbose is for --format text")]
    [InlineData("audit endpoint localhost --output /nonexistent/report.html", "--output")]
    [InlineData("audit endpoint localhost --baseline /nonexistent/old.json", "--baseline")]
    [InlineData("audit endpoint localhost --ca /nonexistent/ca.pem", "/nonexistent/ca.pem")]
    [InlineData("audit endpoint localhost --ca /etc/hosts", "holds no certificate")]
    [InlineData("audit endpoint localhost --policy nosuch", "nosuch")]
    [InlineData("audit endpoint localhost --policy /nonexistent/policy.json", "/nonexistent/policy.json")]
    [InlineData("audit config", "FILE")]
    [InlineData("audit config /etc/hosts --software iis", "iis")]
    [InlineData("audit config /etc/hosts --output /nonexistent/report.html", "--output")]
    [InlineData("audit policies nosuch", "nosuch")]
    public async Task Run_WrongUsage_SaysWhatAndExitsWithTwo(string line, string named)
    {
        var (code, output, error) = await RunAsync(line);

        Assert.True(code == ExitCode.Usage, error);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("audited", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit", "could somebody who gets the server's long-term secrets tomorrow")]
    [InlineData("audit endpoint", "some hundreds of connections")]
    [InlineData("audit config", "Nothing is changed")]
    [InlineData("audit policies", "--policy")]
    public async Task Run_Help_SaysWhatItIsForAndHasExamples(string line, string said)
    {
        var (code, output, _) = await RunAsync(line + " --help");

        Assert.Equal(ExitCode.AllWell, code);
        Assert.Contains(said, Whitespace().Replace(output, " "), StringComparison.Ordinal);
        Assert.Contains($"\n  fsp {line}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_List_HasAllOfThem()
    {
        var (code, output, _) = await RunAsync("audit policies");

        Assert.Equal(ExitCode.AllWell, code);
        Assert.All(BuiltInProfiles.All, profile => Assert.Contains(profile.ToString(), output, StringComparison.Ordinal));
        Assert.Equal(BuiltInProfiles.All.Select(profile => profile.Name),
            JsonNode.Parse((await RunAsync("audit policies --json")).Output)!.AsArray().Select(each => (string)each!["name"]!));
    }

    [Fact]
    public async Task Policies_EachName_PrintsWhatCanBeReadAgain()
    {
        foreach (var profile in BuiltInProfiles.All)
        {
            var (code, output, _) = await RunAsync($"audit policies {profile}");

            Assert.Equal(ExitCode.AllWell, code);
            Assert.Equal(profile.ToString(), ProfileReader.Parse(output, "printed.json").ToString());
        }
    }

    [Fact]
    public async Task Endpoint_NobodyAnswers_ReportsThatAndExitsWithThree()
    {
        // Nobody listens on port 1 of this machine.
        var (code, output, _) = await RunAsync("audit endpoint 127.0.0.1:1 --json");

        Assert.Equal(ExitCode.CouldNotRun, code);
        var subject = JsonNode.Parse(output)!["subjects"]!.AsArray().Single()!;
        Assert.Contains("cannot connect", (string)subject["error"]!, StringComparison.Ordinal);
        Assert.Null(subject["verdict"]);
    }

    // An example that the command line does not take is worse than none.
    [Theory]
    [InlineData("docs/audit.md")]
    [InlineData("README.md")]
    [InlineData("config/debian/fsp-audit.service")]
    [InlineData("config/github-actions/fsp-audit.yml")]
    public void Examples_EachCommand_IsTaken(string file)
    {
        var commands = Command().Matches(File.ReadAllText(Repository.PathOf(file))).Select(match => match.Groups["arguments"].Value.Trim()).ToList();

        Assert.NotEmpty(commands);
        Assert.All(commands, command =>
        {
            var errors = CommandLine.CreateRoot().Parse(command.Replace("'", "\"", StringComparison.Ordinal)).Errors;
            Assert.True(errors.Count == 0, $"{command}: {string.Join(", ", errors.Select(error => error.Message))}");
        });
    }

    [Fact]
    public void Workflow_ItsParts_HoldTogether()
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Repository.PathOf("config/github-actions/fsp-audit.yml"));
        yaml.Load(text);
        var root = (YamlMappingNode)yaml.Documents.Single().RootNode;
        var steps = ((YamlSequenceNode)root["jobs"]["audit"]["steps"]).Children;
        var written = steps.Select(step => Output().Match(Text(step, "run"))).Where(match => match.Success).Select(match => match.Groups[1].Value);
        var uploads = steps.Where(step => Text(step, "uses").StartsWith("github/codeql-action/upload-sarif@", StringComparison.Ordinal)).ToList();

        Assert.Equal("write", root["permissions"]["security-events"].ToString());
        Assert.Equal(written, uploads.Select(step => step["with"]["sarif_file"].ToString()));
        // Each is a run of its own, or the second would take the first one's place.
        Assert.Equal(uploads.Count, uploads.Select(step => step["with"]["category"].ToString()).Distinct().Count());
        // What was found makes a step fail: it has to be uploaded all the same.
        Assert.All(uploads, step => Assert.Equal("${{ !cancelled() }}", step["if"].ToString()));
    }

    private static string Text(YamlNode step, string key) =>
        ((YamlMappingNode)step).Children.TryGetValue(key, out var value) ? value.ToString() : "";

    private static async Task<(int Code, string Output, string Error)> RunAsync(string line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(line.Split(' '), output, error);
        return (code, output.ToString(), error.ToString());
    }

    [GeneratedRegex(@"(?<=^|\s|=|/)fsp (?<arguments>audit (endpoint|config|policies)[^\n#>`]*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"--output (\S+)")]
    private static partial Regex Output();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
