using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ForwardSecretProxy.Logging;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.Tests.Logging;

/// <summary>The handbook's table of log events against the code that logs them.</summary>
public partial class OperationsHandbookTests
{
    [Fact]
    public void LogEvents_AreThoseOfTheCode()
    {
        var documented = File.ReadLines(Repository.PathOf("docs/operations.md"))
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => new Event(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value, match.Groups[3].Value))
            .ToList();
        var logged = Events().ToList();

        Assert.True(logged.Count > 15, "The reflection finds the methods that log.");
        Assert.Equal(logged.OrderBy(each => each.Id), documented);
        Assert.Equal(logged.Count, logged.DistinctBy(each => each.Id).Count());
    }

    private static IEnumerable<Event> Events() =>
        from assembly in (Assembly[])
            [typeof(LiveLogging).Assembly, typeof(ForwardSecretProxy.OpenSsl.OpenSslLibrary).Assembly, typeof(ForwardSecretProxy.Signing.ISigner).Assembly]
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        select new Event(message.EventId, message.Level.ToString().ToLowerInvariant(), message.Message);

    [GeneratedRegex(@"^\| (\d{4}) \| (\w+) \| `([^`]+)` \| [^|]+ \| [^|]+ \|$")]
    private static partial Regex Row();

    private sealed record Event(int Id, string Level, string Text);
}
