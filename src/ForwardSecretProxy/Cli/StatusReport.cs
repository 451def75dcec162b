using System.Globalization;
using ForwardSecretProxy.Admin;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>The status of a running proxy as people read it in a terminal.</summary>
internal static class StatusReport
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>Writes all of it.</summary>
    public static void Write(IAnsiConsole console, StatusDocument status)
    {
        console.MarkupLine(Headline(status));
        foreach (var warning in status.Warnings)
            console.MarkupLine(Show(warning));
        console.WriteLine();
        WriteLoad(console, status);
        WriteHandshakes(console, status.History);
        WriteTokens(console, status);
        WriteListeners(console, status);
        status.Certificates.ToList().ForEach(certificate => Write(console, certificate));
    }

    private static string Headline(StatusDocument status)
    {
        var state = status.State switch
        {
            "ready" => "[green bold]ready[/]",
            "draining" => "[yellow bold]stopping[/]",
            _ => "[red bold]not ready[/]",
        };
        return $"{state}  fsp {Markup.Escape(status.Version)}, {Markup.Escape(status.OpenSsl)}, "
            + $"up since {status.Started.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}";
    }

    private static string Show(StatusWarning warning)
    {
        var severity = warning.Severity switch
        {
            StatusWarnings.Error => "[red]error[/]",
            StatusWarnings.Warning => "[yellow]warning[/]",
            _ => "note",
        };
        return $"{severity}  [bold]{Markup.Escape(warning.Subject)}[/]: {Markup.Escape(warning.Message)}";
    }

    private static void WriteLoad(IAnsiConsole console, StatusDocument status)
    {
        var load = status.Load;
        var table = new Table().NoBorder().HideHeaders().AddColumns("", "");
        table.AddRow("Connections", $"{Number(load.ConnectionsOpen)} of at most {Number(load.ConnectionsLimit)}, "
            + $"{Number(load.ConnectionsAccepted)} accepted, {Number(load.ConnectionsTurnedAway)} turned away since the start");
        table.AddRow("Handshakes", $"{Number(load.HandshakesRunning)} in progress, {Number(load.HandshakesQueued)} waiting");
        table.AddRow("Requests", $"{Number(load.RequestsActive)} in progress, "
            + $"{Number(Total(status.History, History.Requests))} in the last hour");
        table.AddRow("Refused signatures", Number(load.SignaturesRefused));
        console.Write(table);
    }

    private static void WriteHandshakes(IAnsiConsole console, StatusHistory history)
    {
        console.WriteLine();
        console.MarkupLine("[bold]Handshakes, the last hour[/]");
        var all = history.Counts.GetValueOrDefault(History.Result) ?? [];
        if (all.Count == 0)
        {
            console.MarkupLine("no client has come yet");
            return;
        }

        var table = new Table().NoBorder().HideHeaders()
            .AddColumn("").AddColumn(new TableColumn("").RightAligned()).AddColumn("");
        foreach (var (dimension, prefix) in ((string, string)[])
            [(History.Result, ""), (History.Version, "TLS "), (History.Group, ""), (History.CipherSuite, "")])
        {
            foreach (var series in history.Counts.GetValueOrDefault(dimension) ?? [])
            {
                table.AddRow(Markup.Escape(prefix + series.Name.Replace('_', dimension == History.Result ? ' ' : '_')),
                    Number(series.PerMinute.Sum()), Sparkline(series.PerMinute));
            }
        }
        console.Write(table);
    }

    private static void WriteTokens(IAnsiConsole console, StatusDocument status)
    {
        console.WriteLine();
        console.MarkupLine("[bold]Tokens[/]");
        var table = new Table().NoBorder()
            .AddColumns("Label", "Model", "Sessions in use", "Waiting", "Signatures", "p50", "p99");
        foreach (var token in status.Tokens)
        {
            var times = status.History.Signatures.FirstOrDefault(times => times.Token == token.Label);
            table.AddRow(
                Markup.Escape(token.Label),
                Markup.Escape(token.Model),
                $"{Number(token.SessionsInUse)} of {Number(token.SessionsLimit)}",
                Number(token.Queued),
                Number(times?.PerMinute.Sum() ?? 0),
                Milliseconds(times?.P50),
                Milliseconds(times?.P99));
        }
        console.Write(table);
        foreach (var use in status.Tokens.SelectMany(token => token.Keys))
        {
            console.MarkupLine(Markup.Escape($"  {use.Key}: its signer has signed {Number(use.Signatures)} times, refused "
                + $"{Number(use.Refused)}, limited {Number(use.Limited)}, failed {Number(use.Failed)}"));
        }
    }

    private static void WriteListeners(IAnsiConsole console, StatusDocument status)
    {
        console.WriteLine();
        console.MarkupLine("[bold]Listeners[/]");
        var table = new Table().NoBorder().HideHeaders().AddColumns("", "", "", "", "");
        foreach (var listener in status.Listeners)
        {
            table.AddRow(
                Markup.Escape(listener.Name),
                Markup.Escape(listener.Address),
                Markup.Escape(listener.Protocol),
                Markup.Escape(listener.Certificates is [] ? "without TLS: redirects" : string.Join(", ", listener.Certificates)),
                Markup.Escape(string.Join(", ", listener.Backends.Select(Describe))));
        }
        console.Write(table);
        console.MarkupLine(Markup.Escape($"TLS {string.Join(" and ", status.Policy.Versions)}; "
            + $"{string.Join(", ", status.Policy.Groups)}; "
            + (status.Policy.Resumption ? "resumption" : "no resumption")));
    }

    private static string Describe(StatusBackend backend) => backend.Answers
        ? $"{backend.Address} ({Number(backend.Connections)} open)"
        : $"{backend.Address} (does not answer)";

    private static void Write(IAnsiConsole console, StatusCertificate certificate)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]Certificate {Markup.Escape(certificate.Name)}[/]");
        var table = new Table().NoBorder().HideHeaders().AddColumns("", "");
        table.AddRow("Names", Markup.Escape(string.Join(", ", certificate.DnsNames)));
        table.AddRow("Expires", string.Create(CultureInfo.InvariantCulture,
            $"{certificate.NotAfter:yyyy-MM-dd}, in {Math.Floor(certificate.DaysLeft)} days"));
        table.AddRow("Key", Markup.Escape($"{certificate.KeyAlgorithm}, {certificate.Key}"));
        table.AddRow("Signs", certificate.CannotSign is null
            ? "[green]yes[/]"
            : $"[red]no[/]: {Markup.Escape(certificate.CannotSign)}");
        foreach (var key in certificate.Keys)
            table.AddRow(Markup.Escape(char.ToUpperInvariant(key.Role[0]) + key.Role[1..]), Describe(key));
        if (certificate.Keys.Count > 0)
            table.AddRow("Fail-overs", Number(certificate.FailOvers));
        table.AddRow("Key gate", certificate.GatePassed ? "[green]passed[/]" : "[red]FAILED[/]");
        console.Write(table);
        foreach (var finding in certificate.Gate)
        {
            console.MarkupLine($"  {(finding.Passed ? "[green]pass[/]" : "[red]FAIL[/]")}  "
                + Markup.Escape($"{finding.Check}: wanted {finding.Wanted}, found {finding.Found}"));
        }
    }

    private static string Describe(StatusKey key)
    {
        var state = key.State switch
        {
            "inUse" => "[green]in use[/]",
            "standby" => "[green]stands by[/]",
            _ => $"[red]does not sign[/]: {Markup.Escape(key.Problem ?? "")}",
        };
        var expires = key.NotAfter is { } end ? string.Create(CultureInfo.InvariantCulture, $", chain expires {end:yyyy-MM-dd}") : "";
        return $"{Markup.Escape(key.Key)}{expires}: {state}";
    }

    private static long Total(StatusHistory history, string dimension) =>
        (history.Counts.GetValueOrDefault(dimension) ?? []).Sum(series => series.PerMinute.Sum());

    // Each minute against the busiest; a minute with anything in it is not empty.
    private static string Sparkline(IReadOnlyList<long> minutes)
    {
        var most = Math.Max(1, minutes.Max());
        return string.Concat(minutes.Select(count => count == 0 ? ' ' : Blocks[(int)((count * (Blocks.Length - 1) + most - 1) / most)]));
    }

    private static string Milliseconds(IReadOnlyList<double?>? minutes) =>
        minutes?.LastOrDefault(value => value is not null) is { } last
            ? string.Create(CultureInfo.InvariantCulture, $"{last:0.00} ms")
            : "-";

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
