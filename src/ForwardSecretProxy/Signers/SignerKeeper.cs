using System.Collections.Concurrent;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signers;

/// <summary>
/// Keeps a worker for each token of a configuration and tells who may know where they are. It loads no module itself, and
/// what it is asked cannot make it read any file but its configuration.
/// </summary>
internal sealed class SignerKeeper : IPacketDesk, IAsyncDisposable
{
    /// <summary>How long a worker may take to say whether it has its token, before the answer is that it does not know.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    private readonly FileInfo _file;
    private readonly SignerAddress _address;
    private readonly SignerPeers _peers;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, WorkerProcess> _workers = [];
    private readonly ConcurrentDictionary<WorkerProcess, bool> _retired = new();
    private SignerChoice? _choice;
    private int _lastNumber;

    /// <summary>Creates it without workers.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="address">Where it listens itself.</param>
    /// <param name="peers">Who may ask.</param>
    /// <param name="logger">Told of what happens to workers.</param>
    public SignerKeeper(FileInfo file, SignerAddress address, SignerPeers peers, ILogger logger)
    {
        _file = file;
        _address = address;
        _peers = peers;
        _logger = logger;
    }

    /// <summary>Starts workers for new and changed entries, and ends those of entries that are gone.</summary>
    public async Task ApplyAsync(ProxyOptions options)
    {
        await _turn.WaitAsync();
        try
        {
            _choice ??= options.Signer;
            foreach (var name in _workers.Keys.Where(name => options.Tokens.All(token => token.Name != name)).ToList())
            {
                Retire(_workers[name]);
                _workers.Remove(name);
            }

            foreach (var token in options.Tokens) Apply(token, options);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reads the configuration again and applies it; what is wrong with it, and then all stays as it was.</summary>
    public async Task<IReadOnlyList<string>> ReloadAsync()
    {
        var (options, problems) = SignerConfiguration.Load(_file);
        if (options is null || problems.Count > 0) return problems;
        if (ChangedForGood(options.Signer) is { } key)
            return [new ConfigurationProblem(key, "it cannot change while the signer runs", "Restart the signer.").ToString()];
        await ApplyAsync(options);
        return [];
    }

    /// <summary>What says something else than at the start, and is not changed by a reload; null for nothing.</summary>
    private string? ChangedForGood(SignerChoice now) =>
        _choice is not { } before ? null
        : now.Path != before.Path ? "Signer"
        // One that answers only the process that started it has no others.
        : _peers.Process is null && !now.Clients.SequenceEqual(before.Clients) ? "SignerClients"
        : null;

    /// <inheritdoc/>
    public int Answer(ReadOnlySpan<byte> packet, Span<byte> answer) =>
        PacketExchange.Answer(packet, answer, SignersJson.Default.KeeperQuestion, SignersJson.Default.KeeperAnswer,
            question => AnswerAsync(question).GetAwaiter().GetResult());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Values.Concat(_retired.Keys)) await worker.DisposeAsync();
        _turn.Dispose();
    }

    private async Task<KeeperAnswer> AnswerAsync(KeeperQuestion question)
    {
        var problems = question.Reload ? await ReloadAsync() : [];
        await _turn.WaitAsync();
        try
        {
            await Task.WhenAll(_workers.Values.Select(worker => worker.Known)).WaitAsync(StartPatience)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new KeeperAnswer([.. _workers.Select(entry => Describe(entry.Key, entry.Value))], problems);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static KeptToken Describe(string name, WorkerProcess worker) => new(
        name, worker.Number, worker.Order.Token.QueueTimeoutMs, worker.Order.PinKey,
        worker.State.Kind == WorkerReportKind.Ready ? null : worker.State.Text,
        worker.State.Kind == WorkerReportKind.PinRefused);

    private void Apply(TokenEntry token, ProxyOptions options)
    {
        var before = _workers.GetValueOrDefault(token.Name);
        var order = OrderOf(token, options, before);
        if (before is not null)
        {
            // A PIN that was refused is tried again when somebody reloads: it may have been mended.
            if (before.Order.PinRefused is null && IsSame(before.Order, order)) return;
            Retire(before);
        }

        _lastNumber++;
        _workers[token.Name] = new WorkerProcess(_lastNumber, order with { Address = _address.Of(_lastNumber).Name }, _logger);
    }

    private WorkerOrder OrderOf(TokenEntry token, ProxyOptions options, WorkerProcess? before)
    {
        var fromUri = token.PinKey is null ? PinSourceOf(token, options) : null;
        return new WorkerOrder
        {
            Name = token.Name,
            Address = "",
            Users = _peers.Users,
            Process = _peers.Process,
            Token = TokenOrder.Of(token.Options),
            PinKey = fromUri is null ? token.PinKey : nameof(PinFile),
            PinValue = fromUri ?? token.PinValue,
            TypedPin = token.Options.Pin is PinPrompt prompt ? before?.Order.TypedPin ?? Ask(prompt) : null,
            MaxSignaturesPerSecond = token.MaxSignaturesPerSecond,
        };
    }

    private static bool IsSame(WorkerOrder one, WorkerOrder other) =>
        one with { Address = "", TypedPin = null, Users = [] } == other with { Address = "", TypedPin = null, Users = [] };

    private static byte[] Ask(PinPrompt prompt)
    {
        using var pin = prompt.Read();
        // Kept for the next worker, where nothing moves it and leaves a copy behind.
        var kept = GC.AllocateUninitializedArray<byte>(pin.Length, pinned: true);
        pin.Bytes.CopyTo(kept);
        return kept;
    }

    /// <summary>
    /// The pin-source of a key's URI (RFC 7512 section 2.4), for a token that names none itself. Not of one that may be of
    /// another token's key as well: a PIN that goes to the wrong token is a wrong PIN, and tokens lock after a few.
    /// </summary>
    private static string? PinSourceOf(TokenEntry token, ProxyOptions options) => options.Certificates
        .SelectMany(certificate => certificate.Alternatives).SelectMany(certificate => certificate.SingleKeys)
        .Select(certificate => Pkcs11Uri.TryParse(certificate.Key, out var uri, out _) ? uri : null)
        .Where(uri => uri is not null
            && options.Tokens.Where(other => other.PinKey is null && other.Options.MayBeNamedBy(uri)).ToList() is [var only] && only == token)
        .Select(uri => (uri!.PinSource as PinFile)?.Path)
        .FirstOrDefault(path => path is not null);

    // A reload may still be refused for something else, and other processes may not have reloaded: they go on with it.
    private void Retire(WorkerProcess worker)
    {
        _retired[worker] = true;
        _ = Task.Run(async () =>
        {
            await worker.RetireAsync();
            _retired.TryRemove(worker, out _);
        });
    }
}
