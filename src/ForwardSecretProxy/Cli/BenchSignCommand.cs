using System.CommandLine;
using System.Globalization;
using ForwardSecretProxy.Bench;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signing;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp bench sign</c>: what the token alone can do, and what part of it handshakes reach.</summary>
internal static class BenchSignCommand
{
    private const int MostSessions = 1024;

    /// <summary>How long a session is waited for; a token that has no more refuses at once, so this is for slow ones.</summary>
    private static readonly TimeSpan SessionWait = TimeSpan.FromSeconds(5);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var key = new TokenKeyOptions();
        var json = SharedOptions.Json();
        var duration = BenchOptionsReader.Time("--duration", "2s", "How long each number of sessions is measured.");
        var sessions = new Option<int>("--sessions")
        {
            Description = "The most sessions at once; 1, 2, 4 and so on are measured up to it.",
            HelpName = "N",
            DefaultValueFactory = _ => 8,
        };
        var scheme = new Option<string?>("--scheme")
        {
            Description = "The signature scheme by its name in TLS. Default: the key's first.",
            HelpName = "NAME",
        };
        var handshakes = new HandshakesOption();
        var command = new Command("sign",
            "Measure the signatures that the token makes when nothing else is done, through the proxy's own signer, and "
            + "with --handshakes say what part of them the handshakes of a running server reach. Exit code 1: there "
            + "were errors among the handshakes.");
        key.AddTo(command);
        command.Options.Add(sessions);
        command.Options.Add(duration);
        command.Options.Add(scheme);
        handshakes.AddTo(command);
        command.Options.Add(json);
        command.AddExamples(
            "fsp bench sign --key 'pkcs11:token=fsp;object=web' --pin-file pin",
            "fsp bench sign --config /etc/fsp/fsp.jsonc --certificate web --sessions 32 --handshakes 127.0.0.1:443");

        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var interruption = new Interruption();
            var time = BenchOptionsReader.ReadTime(parsed, duration, TimeSpan.FromMilliseconds(100));
            var most = parsed.GetValue(sessions);
            if (most is < 1 or > MostSessions)
                throw new CommandFailedException($"--sessions is from 1 to {MostSessions}", ExitCode.Usage);
            var server = await handshakes.ReadAsync(parsed, time, cancellationToken);
            using var opened = await key.OpenAsync(parsed, cancellationToken,
                token => token with { Sessions = most, QueueTimeout = SessionWait });

            var chosen = FindScheme(opened.Signer, parsed.GetValue(scheme));
            var result = await MeasureAsync(parsed, opened.Signer, chosen, most, time, interruption.Token);
            if (server is not null && !interruption.Token.IsCancellationRequested)
            {
                var matching = server with { Certificate = KindOf(chosen) };
                var reached = await BenchCommand.MeasureAsync(parsed, matching, interruption.Token);
                result = result with { Handshakes = SignHandshakes.Of(reached, result.BestPerSecond) };
            }

            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, result);
            else
                Write(Terminal.Output(parsed), result);
            return result.Handshakes is { Result.Counts: { Errors: > 0 } or { Done: 0 } }
                ? ExitCode.Findings : ExitCode.AllWell;
        });
        return command;
    }

    /// <summary>A server may have certificates of both kinds, and only one is for the key.</summary>
    private static CertificateKind KindOf(SignatureScheme scheme) =>
        scheme is SignatureScheme.EcdsaSecp256r1Sha256 or SignatureScheme.EcdsaSecp384r1Sha384
            ? CertificateKind.Ecdsa : CertificateKind.Rsa;

    private static SignatureScheme FindScheme(ISigner signer, string? name)
    {
        if (name is null)
            return signer.Schemes[0];
        foreach (var scheme in signer.Schemes)
        {
            if (scheme.Name().Equals(name, StringComparison.OrdinalIgnoreCase))
                return scheme;
        }

        throw new CommandFailedException(
            $"the key does not make {name}; it makes {string.Join(", ", signer.Schemes.Select(scheme => scheme.Name()))}",
            ExitCode.Usage);
    }

    private static async Task<SignDocument> MeasureAsync(
        ParseResult parsed, ISigner signer, SignatureScheme scheme, int most, TimeSpan duration, CancellationToken stop)
    {
        var bench = new SignBench(signer, scheme);
        var steps = new List<SignStep>();
        int? limit = null;
        var now = 1;
        await using (new ProgressLine(parsed, () => $"signing with {now} of {most} sessions"))
        {
            foreach (var sessions in SignBench.Steps(most).TakeWhile(_ => limit is null && !stop.IsCancellationRequested))
            {
                now = sessions;
                if (await bench.RunAsync(sessions, duration, stop) is { } step)
                    steps.Add(step);
                else if (!stop.IsCancellationRequested)
                    limit = steps.LastOrDefault()?.Sessions;
            }
        }

        return steps.Count == 0
            ? throw new CommandFailedException("interrupted before anything was measured")
            : new SignDocument
            {
                Schema = SignDocument.CurrentSchema,
                Fsp = ProductVersion.Current,
                Interrupted = stop.IsCancellationRequested,
                Scheme = scheme.Name(),
                Steps = steps,
                SessionLimit = limit,
            };
    }

    private static void Write(IAnsiConsole console, SignDocument result)
    {
        console.MarkupLine($"[bold]{result.Scheme}[/], the token alone");
        if (result.Interrupted)
            console.MarkupLine("[yellow]Interrupted: this is what was measured until then.[/]");
        var table = new Table().NoBorder().AddColumns("Sessions", "Signatures/s", "95% interval", "p50 ms", "p99 ms", "CPU ms each");
        foreach (var step in result.Steps)
        {
            table.AddRow(
                step.Sessions.ToString(CultureInfo.InvariantCulture),
                Count(step.PerSecond),
                step is { Low: { } low, High: { } high } ? $"{Count(low)} to {Count(high)}" : "",
                LatencyRows.Show(step.P50),
                LatencyRows.Show(step.P99),
                LatencyRows.Show(step.Cpu));
        }

        console.Write(table);
        if (result.SessionLimit is { } limit)
        {
            console.MarkupLine(
                $"[yellow]note[/]  the token did not give the next number of sessions; {limit} is the most measured.");
        }

        if (result.Handshakes is not { } handshakes)
            return;

        console.WriteLine();
        BenchReport.Write(console, handshakes.Result);
        console.WriteLine();
        var part = handshakes.Part.ToString("0%", CultureInfo.InvariantCulture);
        var reached = Count(handshakes.Result.Throughput.PerSecond);
        console.MarkupLine(
            $"Handshakes reach [bold]{part}[/] of what the token signs: {reached} of {Count(result.BestPerSecond)} each second.");
        console.MarkupLine("The rest is key exchange and TCP, and the client too where it shares the server's processors.");
    }

    private static string Count(double value) => value.ToString(value >= 100 ? "#,0" : "0.#", CultureInfo.InvariantCulture);
}
