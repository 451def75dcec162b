using System.CommandLine;
using System.Globalization;
using ForwardSecretProxy.Demo;
using ForwardSecretProxy.Hosting;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp demo</c>: from nothing to a running proxy in one step.</summary>
internal static class DemoCommand
{
    private static readonly Option<string?> Upstream = new("--upstream")
    {
        Description = "The web service to stand in front of, in place of the built-in page.",
        HelpName = "URL",
    };

    private static readonly Option<int> Port = new("--port")
    {
        Description = "The port on 127.0.0.1 and ::1.",
        HelpName = "N",
        DefaultValueFactory = _ => 8443,
    };

    private static readonly Option<string> Folder = new("--directory")
    {
        Description = "Where the token, its PIN and the certificate are kept, for the next time too.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ".fsp-demo",
    };

    private static readonly Option<bool> Child = new("--child") { Hidden = true };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("demo",
            "Make a SoftHSM token, a key on it and a self-signed certificate, and serve https://localhost:8443 with "
            + "them: a page that shows what your own connection agreed on, or a service of yours.")
        {
            Upstream, Port, Folder, Child,
        };
        command.AddExamples("fsp demo", "fsp demo --upstream http://127.0.0.1:8080 --port 9443");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var port = parsed.GetValue(Port);
        if (port is < 1 or > 65535)
            throw new CommandFailedException("--port is a number from 1 to 65535", ExitCode.Usage);
        var upstream = ReadUpstream(parsed.GetValue(Upstream));
        var module = ModuleOption.FindSoftHsm() ?? throw new CommandFailedException(
            "SoftHSM was not found. Install it (Debian and Ubuntu: apt install softhsm2; Fedora: dnf install softhsm) "
            + "and try again");

        var directory = DemoDirectory.Open(parsed.GetRequiredValue(Folder));
        if (!parsed.GetValue(Child))
        {
            return await DemoProcess.RunAsync(
                [.. parsed.Tokens.Select(token => token.Value), Child.Name], directory.SoftHsmConfiguration);
        }
        return await ServeAsync(parsed, directory, module, port, upstream, DemoProcess.WatchLifeline());
    }

    private static async Task<int> ServeAsync(
        ParseResult parsed,
        DemoDirectory directory,
        string module,
        int port,
        Uri? upstream,
        CancellationToken released)
    {
        await DemoSetup.RunAsync(directory, module, released);
        DemoConfiguration.Write(directory, module, port, upstream);
        var file = new FileInfo(directory.Configuration);
        var scope = new PreparationScope(HasRoutes: upstream is not null, new ListeningSockets([]));
        using var start = await ServerStart.PrepareAsync(file, scope, released);
        if (start.Server is null)
        {
            ProblemReport.Write(Terminal.Error(parsed), file.ToString(), start.Problems);
            return ProblemReport.ExitCodeFor(start.Problems);
        }

        await ServerRunner.RunAsync(
            start,
            upstream is null ? new DemoPage().RespondAsync : null,
            () => ShowWhatToTry(Terminal.Output(parsed), directory, port, upstream),
            released);
        return ExitCode.AllWell;
    }

    private static Uri? ReadUpstream(string? text)
    {
        if (text is null)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new CommandFailedException(
                "--upstream is a whole URL, for example http://127.0.0.1:8080", ExitCode.Usage);
    }

    private static void ShowWhatToTry(IAnsiConsole console, DemoDirectory directory, int port, Uri? upstream)
    {
        var certificate = Path.GetRelativePath(Environment.CurrentDirectory, directory.Certificate);
        var number = port.ToString(CultureInfo.InvariantCulture);
        string[] lines =
        [
            "",
            $"[bold]https://localhost:{number}/[/]"
                + (upstream is null ? "" : Markup.Escape($" stands in front of {upstream}")),
            "",
            Markup.Escape($"  The key was made on the token in {directory.FullPath}"),
            Markup.Escape($"  and is not to leave it: {DemoSetup.Key}"),
            "  SoftHSM is a token in software: its files with its PIN are the key. Real ones are hardware.",
            "",
            "Try, in another terminal:",
            Markup.Escape($"  curl --cacert {certificate} https://localhost:{number}/"),
            Markup.Escape($"  openssl s_client -connect localhost:{number} -CAfile {certificate} -brief"),
            "and what must fail, RSA key exchange and TLS 1.1:",
            Markup.Escape($"  openssl s_client -connect localhost:{number} -tls1_2 -cipher kRSA -brief"),
            Markup.Escape($"  openssl s_client -connect localhost:{number} -tls1_1 -cipher ALL:@SECLEVEL=0 -brief"),
            "A browser warns, because nobody but the key itself has signed the certificate.",
            "",
            "Ctrl-C stops it.",
        ];
        foreach (var line in lines)
            console.MarkupLine(line);
    }
}
