using System.CommandLine;
using System.Runtime.InteropServices;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening;
using ForwardSecretProxy.Hardening.Execution;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.Signers;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp signer</c>: holds tokens and signs handshakes for proxies in other processes.</summary>
internal static class SignerCommand
{
    private static readonly Option<FileInfo> Config = SharedOptions.Config();
    private static readonly Option<string?> ForParent = new("--for-parent") { Hidden = true };
    private static readonly Option<int> Parent = new("--parent") { Hidden = true };
    private static readonly Option<bool> Worker = new("--worker") { Hidden = true };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Config.Required = false;
        var command = new Command("signer",
            "Hold the tokens and sign TLS handshakes, and nothing else, for proxies that reach it over a unix socket: the one that "
            + "the configuration's Signer names (unix:/run/fsp/signer.sock). Each token's module runs in a process of its own, "
            + "which is started anew when it crashes or hangs. fsp serve starts its own signer when Signer is isolated, the "
            + "default; run this one as a user of its own, so that the proxy's user reaches neither PIN nor token. Only the Tokens, "
            + "Signer, SignerClients and Logging sections count.")
        {
            Config, ForParent, Parent, Worker,
        };
        command.AddExamples("fsp signer --config /etc/fsp/signer.jsonc");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Scheduling.PreferThroughput();
        if (HardenedStart.IsNeeded && !HardenedStart.IsSecondStage)
            HardenedStart.Run(rules: null, environment: new Dictionary<string, string?>());
        ProcessLimits.Apply();
        if (parsed.GetValue(Worker))
        {
            await WorkerHost.RunAsync(Console.OpenStandardInput(), Console.Out);
            return ExitCode.AllWell;
        }

        if (HostileEnvironment.Find() is [var found, ..])
            throw new CommandFailedException($"{found.Message}. {found.Mend}", found.MayPass ? ExitCode.CouldNotRun : ExitCode.Usage);
        var file = parsed.GetValue(Config) ?? throw new CommandFailedException("--config is missing", ExitCode.Usage);
        var (options, problems) = SignerConfiguration.Load(file);
        if (options is null || problems.Count > 0)
            throw new CommandFailedException($"{file}: {string.Join(Environment.NewLine, problems)}", ExitCode.Usage);

        using var logging = LoggerFactory.Create(builder => builder.AddStandardError(new LiveLogging(options.Logging)));
        var logger = logging.CreateLogger("fsp.signer");
        return parsed.GetValue(ForParent) is { } name
            ? await RunForParentAsync(file, options, new SignerAddress(name), parsed.GetValue(Parent), logger)
            : await RunAloneAsync(file, options, logger, cancellationToken);
    }

    private static async Task<int> RunForParentAsync(
        FileInfo file, ProxyOptions options, SignerAddress address, int parent, ILogger logger)
    {
        // Signals to the whole group or service mean the proxy, which may need signatures for a while yet.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        var peers = new SignerPeers([PeerCredentials.Own.User], parent);
        await using var keeper = new SignerKeeper(file, address, peers, logger);
        using var service = SignerSocket.Listen(address, keeper, threads: 4, peers, peer => Refused(logger, peer));
        // Whoever connects meanwhile waits: a PIN may have to be typed.
        await keeper.ApplyAsync(options);
        service.Start();
        await SignerProcess.WaitForParentAsync(parent, CancellationToken.None);
        return ExitCode.AllWell;
    }

    private static async Task<int> RunAloneAsync(
        FileInfo file, ProxyOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        if (options.Signer.Path is not { } path)
        {
            throw new CommandFailedException(
                $"{file}: Signer does not say where to listen. Write, for example, \"Signer\": \"unix:/run/fsp/signer.sock\"", ExitCode.Usage);
        }

        var address = new SignerAddress(path);
        var peers = SignerPeers.Of(options.Signer.Clients);
        await using var keeper = new SignerKeeper(file, address, peers, logger);
        using var service = SignerSocket.Listen(address, keeper, threads: 4, peers, peer => Refused(logger, peer));
        service.Start();
        await keeper.ApplyAsync(options);

        using var stopping = new Interruption();
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadAsync(keeper, logger);
        });
        // Now a signal does what it should.
        SignerLog.Listening(logger, path, string.Join(", ", peers.Users));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, cancellationToken);
        await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.AllWell;
    }

    private static async Task ReloadAsync(SignerKeeper keeper, ILogger logger)
    {
        foreach (var problem in await keeper.ReloadAsync()) SignerLog.ReloadProblem(logger, problem);
    }

    private static void Refused(ILogger logger, PeerCredentials peer) =>
        SignerLog.PeerRefused(logger, "*", peer.ToString());
}
