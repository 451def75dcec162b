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

    private static readonly Option<bool> Mail = new("--mail")
    {
        Description = "Stand in front of a small built-in mail server: submission with STARTTLS, and POP3 with TLS on the port after it.",
    };

    private static readonly Option<int?> Port = new("--port")
    {
        Description = "The port on 127.0.0.1 and ::1. Without it 8443, with --mail 8587.",
        HelpName = "N",
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
            + "them: a page that shows what your own connection agreed on, or a service of yours, or mail.")
        {
            Upstream, Mail, Port, Folder, Child,
        };
        command.AddExamples("fsp demo", "fsp demo --upstream http://127.0.0.1:8080 --port 9443", "fsp demo --mail");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var isMail = parsed.GetValue(Mail);
        var port = parsed.GetValue(Port) ?? (isMail ? 8587 : 8443);
        if (port is < 1 or > 65534)
            throw new CommandFailedException("--port is a number from 1 to 65534", ExitCode.Usage);
        var upstream = ReadUpstream(parsed.GetValue(Upstream));
        if (isMail && upstream is not null)
            throw new CommandFailedException("--mail and --upstream exclude each other: one is mail, the other the web", ExitCode.Usage);
        var module = ModuleOption.FindSoftHsm() ?? throw new CommandFailedException(
            "SoftHSM was not found. Install it (Debian and Ubuntu: apt install softhsm2; Fedora: dnf install softhsm) "
            + "and try again");

        var directory = DemoDirectory.Open(parsed.GetRequiredValue(Folder));
        if (!parsed.GetValue(Child))
        {
            return await DemoProcess.RunAsync(
                [.. parsed.Tokens.Select(token => token.Value), Child.Name], directory.SoftHsmConfiguration);
        }
        return await ServeAsync(parsed, directory, module, port, upstream, isMail, DemoProcess.WatchLifeline());
    }

    private static async Task<int> ServeAsync(
        ParseResult parsed,
        DemoDirectory directory,
        string module,
        int port,
        Uri? upstream,
        bool isMail,
        CancellationToken released)
    {
        await DemoSetup.RunAsync(directory, module, released);
        DemoConfiguration.Write(directory, module, port, upstream, isMail);
        await using var mail = isMail ? DemoMailServer.Start(directory) : null;
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
            () => ShowWhatToTry(Terminal.Output(parsed), directory, port, upstream, isMail),
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

    private static void ShowWhatToTry(IAnsiConsole console, DemoDirectory directory, int port, Uri? upstream, bool isMail)
    {
        var certificate = Path.GetRelativePath(Environment.CurrentDirectory, directory.Certificate);
        string[] lines =
        [
            "",
            .. isMail ? MailAddress(port) : WebAddress(port, upstream),
            "",
            Markup.Escape($"  The key was made on the token in {directory.FullPath}"),
            Markup.Escape($"  and is not to leave it: {DemoSetup.Key}"),
            "  SoftHSM is a token in software: its files with its PIN are the key. Real ones are hardware.",
            "",
            "Try, in another terminal:",
            .. (isMail ? MailCommands(certificate, port) : WebCommands(certificate, port)).Select(Markup.Escape),
            "",
            "Ctrl-C stops it.",
        ];
        foreach (var line in lines)
            console.MarkupLine(line);
    }

    private static IEnumerable<string> WebAddress(int port, Uri? upstream) =>
    [
        Line($"[bold]https://localhost:{port}/[/]") + (upstream is null ? "" : Markup.Escape($" stands in front of {upstream}")),
    ];

    private static IEnumerable<string> MailAddress(int port) =>
    [
        Line($"[bold]smtp://localhost:{port}[/] takes mail after STARTTLS, [bold]pop3s://localhost:{port + 1}[/] gives it out again;"),
        "behind them is a small mail server of the demonstration's own, which forgets all at the end.",
    ];

    private static IEnumerable<string> WebCommands(string certificate, int port) =>
    [
        Line($"  curl --cacert {certificate} https://localhost:{port}/"),
        Line($"  openssl s_client -connect localhost:{port} -CAfile {certificate} -brief"),
        "and what must fail, RSA key exchange and TLS 1.1:",
        Line($"  openssl s_client -connect localhost:{port} -tls1_2 -cipher kRSA -brief"),
        Line($"  openssl s_client -connect localhost:{port} -tls1_1 -cipher ALL:@SECLEVEL=0 -brief"),
        "A browser warns, because nobody but the key itself has signed the certificate.",
    ];

    private static IEnumerable<string> MailCommands(string certificate, int port) =>
    [
        Line($"  printf 'Subject: hello\\n\\nfrom me\\n' | curl --ssl-reqd --cacert {certificate} smtp://localhost:{port} \\"),
        "    --mail-from me@example.com --mail-rcpt demo@localhost -T -",
        Line($"  curl --cacert {certificate} -u demo:demo pop3s://localhost:{port + 1}/1"),
        Line($"  openssl s_client -connect localhost:{port} -starttls smtp -CAfile {certificate} -brief"),
        "and what is refused, mail in the clear:",
        Line($"  printf 'Subject: hello\\n\\n' | curl smtp://localhost:{port} --mail-from me@example.com --mail-rcpt demo@localhost -T -"),
    ];

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
