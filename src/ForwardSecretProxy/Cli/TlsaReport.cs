using System.Globalization;
using ForwardSecretProxy.Dane;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>One service, its keys, and what was found of it when it was looked for.</summary>
/// <param name="Owner">The service.</param>
/// <param name="Keys">Its keys, those in use first.</param>
/// <param name="Answer">What is published; null when nobody asked.</param>
/// <param name="Findings">What is wrong with that.</param>
internal sealed record TlsaService(
    TlsaOwner Owner, IReadOnlyList<DaneKey> Keys, TlsaAnswer? Answer, IReadOnlyList<TlsaFinding> Findings);

/// <summary>What <c>fsp tlsa</c> prints.</summary>
internal static class TlsaReport
{
    /// <summary>The records of each service as lines of a zone file, with comments that say whose they are.</summary>
    public static void WriteZone(TextWriter output, IEnumerable<TlsaService> services, int ttl)
    {
        foreach (var service in services)
        {
            foreach (var keys in service.Keys.GroupBy(key => key.Record))
            {
                output.WriteLine($"; {OneLine(Describe(keys))}");
                output.WriteLine(service.Owner.ZoneLine(ttl, keys.Key));
            }
        }
    }

    /// <summary>The same as JSON.</summary>
    public static void WriteZoneJson(TextWriter output, IEnumerable<TlsaService> services, int ttl) =>
        JsonOutput.Write(output, new
        {
            Services = services.Select(service => new
            {
                Owner = service.Owner.ToString(),
                Ttl = ttl,
                Records = service.Keys.GroupBy(key => key.Record).Select(keys => new
                {
                    Record = keys.Key.ToString(),
                    Line = service.Owner.ZoneLine(ttl, keys.Key),
                    Keys = keys.Select(key => key.Name),
                    InUse = keys.Any(key => key.Use == DaneKeyUse.Now),
                    Next = keys.Any(key => key.Use == DaneKeyUse.Next),
                    Before = keys.Any(key => key.Use == DaneKeyUse.Before),
                }),
            }),
        });

    /// <summary>What is published for each service, and what is wrong with it.</summary>
    public static void WriteCheck(IAnsiConsole console, IReadOnlyList<TlsaService> services)
    {
        foreach (var (owner, keys, answer, findings) in services)
        {
            console.MarkupLine($"[bold]{Markup.Escape(owner.ToString())}[/] {Summary(answer!)}");
            foreach (var record in answer!.Records)
            {
                var matches = keys.Where(record.Matches).ToList();
                console.MarkupLine(Markup.Escape($"  {record}  {(matches.Count == 0 ? "no key of these" : OneLine(Describe(matches)))}"));
            }

            foreach (var finding in findings)
                console.MarkupLine($"  [red]finding:[/] {Markup.Escape(OneLine($"{finding.Message}. {finding.Mend}"))}");
        }

        var count = services.Sum(service => service.Findings.Count);
        console.MarkupLine(count switch { 0 => "[green]All well.[/]", 1 => "1 finding.", _ => $"{count} findings." });
    }

    /// <summary>The same as JSON.</summary>
    public static void WriteCheckJson(TextWriter output, IReadOnlyList<TlsaService> services) =>
        JsonOutput.Write(output, new
        {
            Ok = services.All(service => service.Findings.Count == 0),
            Services = services.Select(service => new
            {
                Owner = service.Owner.ToString(),
                service.Answer!.Resolver,
                service.Answer.Failure,
                Authenticated = service.Answer.IsAuthenticated,
                service.Answer.Ttl,
                Published = service.Answer.Records.Select(record => new
                {
                    Record = record.ToString(),
                    Keys = service.Keys.Where(record.Matches).Select(key => key.Name),
                    Unusable = record.UnusableReason(service.Owner.Port),
                }),
                service.Findings,
            }),
        });

    private static string Summary(TlsaAnswer answer)
    {
        if (answer.Failure is { } failure) return Markup.Escape($"no answer but {failure}, from {answer.Resolver}");
        var records = answer.Records.Count switch
        {
            0 => "no records",
            1 => string.Create(CultureInfo.InvariantCulture, $"1 record, TTL {answer.Ttl} s"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{answer.Records.Count} records, TTL {answer.Ttl} s"),
        };
        var authenticated = answer.IsAuthenticated ? "[green]authenticated[/]" : "[red]not authenticated[/]";
        return $"{records}, {authenticated}, {Markup.Escape($"from {answer.Resolver}")}";
    }

    private static string Describe(IEnumerable<DaneKey> keys) =>
        string.Join(", ", keys.Select(key => key.Use switch
        {
            DaneKeyUse.Next => $"next: {key.Name}",
            DaneKeyUse.Before => $"before: {key.Name}",
            _ => key.Name,
        }));

    // A file's name may hold anything, a line end too.
    private static string OneLine(string text) => string.Concat(text.Select(each => char.IsControl(each) ? '?' : each));
}
