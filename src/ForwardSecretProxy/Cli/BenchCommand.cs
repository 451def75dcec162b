using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ForwardSecretProxy.Bench;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.OpenSsl;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp bench</c>: handshakes, measured from the client's side.</summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var reader = new BenchOptionsReader();
        var json = SharedOptions.Json();
        var compare = new Option<FileInfo?>("--compare")
        {
            Description = "Compare with an earlier --json: ratios with 95% intervals, and whether they are outside the noise.",
            HelpName = "OTHER.json",
        };
        var html = new Option<FileInfo?>("--html")
        {
            Description = "Also write the result as one HTML page with charts, those of --compare behind them.",
            HelpName = "FILE",
        };
        var command = new Command("bench",
            "Measure handshakes from the client's side, before and after a change. Each connection counts only when its "
            + "handshake agreed on what was asked for, its answer came whole and both sides closed. Exit code 1: there "
            + "were errors, or --compare found it worse outside the noise; 3: nobody answers.");
        command.Add(BenchSignCommand.Create());
        reader.AddTo(command);
        command.Options.Add(compare);
        command.Options.Add(html);
        command.Options.Add(json);
        command.AddExamples(
            "fsp bench 127.0.0.1:8443",
            "fsp bench 127.0.0.1:8443 --repeat 5 --json > before.json",
            "fsp bench 127.0.0.1:8443 --repeat 5 --compare before.json --html after.html",
            "fsp bench localhost:8443 --rate 500 --duration 30s --request /",
            "fsp bench 127.0.0.1:8443 --tls 1.2 --cert rsa --group P-256",
            "fsp bench mail.example.org:587 --starttls smtp --i-own-this-host");

        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var interruption = new Interruption();
            var before = ReadEarlier(parsed.GetValue(compare));
            var page = parsed.GetValue(html);
            if (page is { Directory.Exists: false })
                throw new CommandFailedException($"--html: there is no directory {page.DirectoryName}", ExitCode.Usage);
            var options = await reader.ReadAsync(parsed, cancellationToken);
            var result = await MeasureAsync(parsed, options, interruption.Token);
            if (before is not null)
                result = result with { Comparison = BenchComparison.Of(before, result) };

            if (parsed.GetValue(json))
                JsonOutput.Write(parsed.InvocationConfiguration.Output, result);
            else
                BenchReport.Write(Terminal.Output(parsed), result);
            if (page is not null)
                AtomicFile.Replace(page.FullName, Encoding.UTF8.GetBytes(new BenchPage(result, before).ToString()));
            return ExitCodeOf(result);
        });
        return command;
    }

    /// <summary>Runs a benchmark under a line of progress.</summary>
    /// <exception cref="CommandFailedException">It could not run, or was stopped before it had measured anything.</exception>
    internal static async Task<BenchDocument> MeasureAsync(
        ParseResult parsed, BenchOptions options, CancellationToken stop)
    {
        if (OpenSslLibrary.NotSupportedReason is { } reason)
            throw new CommandFailedException(reason);
        var session = new BenchSession(options);
        await using var progress = new ProgressLine(parsed, session.Describe);
        try
        {
            return await session.RunAsync(stop)
                ?? throw new CommandFailedException("interrupted before anything was measured");
        }
        catch (SocketException exception)
        {
            throw new CommandFailedException($"cannot connect to {options.Target} ({options.Address}): {exception.Message}");
        }
        catch (OpenSslException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCode.Usage);
        }
    }

    private static int ExitCodeOf(BenchDocument result) =>
        result.Counts.Errors > 0 || result.Counts.Done == 0 || result.Comparison is { Worse: true }
            ? ExitCode.Findings : ExitCode.AllWell;

    private static BenchDocument? ReadEarlier(FileInfo? file)
    {
        if (file is null)
            return null;
        try
        {
            using var input = file.OpenRead();
            if (JsonOutput.Read<BenchDocument>(input) is { Schema: BenchDocument.CurrentSchema } document)
                return document;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"--compare: {exception.Message}", ExitCode.Usage);
        }
        catch (JsonException)
        {
            // Of another shape, or no JSON at all: the same answer.
        }

        throw new CommandFailedException(
            $"--compare: {file.Name} is not what `fsp bench --json` of this version prints ({BenchDocument.CurrentSchema})",
            ExitCode.Usage);
    }
}
