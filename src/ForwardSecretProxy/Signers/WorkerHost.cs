using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Pkcs11;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signers;

/// <summary>
/// The process that loads a PKCS#11 module and knows a PIN, for one token. It ends with its keeper: when its standard
/// input closes. It has no other way to be told anything, and writes nothing but reports.
/// </summary>
internal sealed class WorkerHost : IPacketDesk, IDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>Three tries of the pool's, and soon enough for a token to sign within 5 s of its return.</summary>
    private static readonly TimeSpan AwayPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LastWordsPatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstTryPatience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// So many tries to find a token in one process: some modules look for new tokens only when they are loaded, and a new
    /// process loads them anew.
    /// </summary>
    private const int MaxTries = 3;

    /// <summary>More than any order.</summary>
    private const int MaxOrder = 64 * 1024;

    private static readonly PosixSignal[] Signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly WorkerOrder _order;
    private readonly TokenOptions _options;
    private readonly TextWriter _reports;
    private readonly Lock _reporting = new();
    private readonly ManualResetEventSlim _tried = new();
    private volatile SignerDesk? _desk;
    private volatile Token? _token;
    private volatile bool _isPinRefused;
    private long _awaySince;
    private volatile string _problem = "The token is being opened.";

    private WorkerHost(WorkerOrder order, TextWriter reports)
    {
        _order = order;
        _options = order.ToTokenOptions();
        CryptographicOperations.ZeroMemory(order.TypedPin);
        _reports = reports;
        _isPinRefused = order.PinRefused is not null;
    }

    /// <summary>Does what the first line of <paramref name="input"/> says, until its end.</summary>
    public static async Task RunAsync(Stream input, TextWriter reports)
    {
        var order = await ReadOrderAsync(input)
            ?? throw new InvalidOperationException("A worker is started by fsp signer only.");
        // Signals to the whole group or service mean the proxy, which may need signatures for a while yet.
        var ignored = Array.ConvertAll(Signals, signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true));
        _ = Task.Run(async () =>
        {
            while (await input.ReadAsync(new byte[1]) > 0)
            {
                // Nothing more is ever said.
            }
            End();
        });
        using var host = new WorkerHost(order, reports);
        TokenFaults.Found += host.Take;
        await host.RunAsync();
        GC.KeepAlive(ignored);
    }

    /// <inheritdoc/>
    public int Answer(ReadOnlySpan<byte> packet, Span<byte> answer)
    {
        // Whoever asks while a worker starts in another one's place is better served a little later.
        _tried.Wait(FirstTryPatience);
        return _desk is { } desk ? desk.Answer(packet, answer) : SignerDesk.AnswerWithout(_problem, packet, answer);
    }

    /// <inheritdoc/>
    public void Dispose() => _tried.Dispose();

    // Bytes that can be zeroed, and no string: a PIN that was typed is in it.
    private static async Task<WorkerOrder?> ReadOrderAsync(Stream input)
    {
        var line = GC.AllocateUninitializedArray<byte>(MaxOrder, pinned: true);
        var length = 0;
        try
        {
            while (!line.AsSpan(0, length).EndsWith("\n"u8))
            {
                var read = await input.ReadAsync(line.AsMemory(length));
                if (read == 0) return null;
                length += read;
            }

            return JsonSerializer.Deserialize(line.AsSpan(0, length), SignersJson.Default.WorkerOrder);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line.AsSpan(0, length));
        }
    }

    private async Task RunAsync()
    {
        // One thread more than can sign, so that a question does not wait for signatures.
        using var service = SignerSocket.Listen(
            new SignerAddress(_order.Address), this, _order.Token.Sessions + 1, new SignerPeers(_order.Users, _order.Process),
            peer => Report(WorkerReportKind.PeerRefused, peer.ToString()));
        service.Start();
        _ = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (await timer.WaitForNextTickAsync())
            {
                Report(WorkerReportKind.Alive, service.Connections.ToString(CultureInfo.InvariantCulture));
                EndWithoutToken();
            }
        });
        for (var tries = 1; !TryOpen() && tries < MaxTries; tries++) await Task.Delay(RetryPause);
        if (_desk is null) End();
        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>
    /// Some modules never see their token again in a process in which they have lost it. Its pool has tried for a while then.
    /// </summary>
    private void EndWithoutToken()
    {
        if (_token is not { } token || token.Pool.IsAvailable || _isPinRefused)
        {
            _awaySince = 0;
            return;
        }

        if (_awaySince == 0) _awaySince = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_awaySince) < AwayPatience) return;
        Report(WorkerReportKind.NoToken, $"The token \"{token.Info.Label}\" does not come back by itself; its module is loaded anew.");
        End();
    }

    private bool TryOpen()
    {
        try
        {
            var token = Token.Open(_options);
            // To see that there is one. One that was refused is not missing, and whoever asks for a key is told of it.
            if (_order.PinRefused is null) _options.Pin?.Read().Dispose();
            _desk = new SignerDesk(token, new SignerOptions
            {
                Sessions = Math.Min(_options.Sessions, token.Info.MaxSessions ?? int.MaxValue),
                CallTimeout = _options.CallTimeout,
                MaxSignaturesPerSecond = _order.MaxSignaturesPerSecond,
            });
            _token = token;
            _tried.Set();
            Report(WorkerReportKind.Ready, null);
            return true;
        }
        catch (TokenException exception)
        {
            _problem = exception.Message;
            _tried.Set();
            Report(WorkerReportKind.NoToken, exception.Message);
            return false;
        }
    }

    private void Take(TokenFault fault)
    {
        switch (fault.Kind)
        {
            case TokenFaultKind.CallExpired:
                // Whether it can be told or not, the end comes: a module that hangs may hang for ever.
                var telling = new Thread(() => Report(WorkerReportKind.Hangs, FormattableString.Invariant(
                    $"its module has not answered {fault.Subject} for {fault.Limit.TotalSeconds:0.###} s")))
                { IsBackground = true };
                telling.Start();
                telling.Join(LastWordsPatience);
                End();
                break;
            case TokenFaultKind.WrongSignature:
                Report(WorkerReportKind.WrongSignature, fault.Subject);
                break;
            case TokenFaultKind.PinRefused:
                Report(WorkerReportKind.PinRefused, fault.Subject);
                break;
        }
    }

    private void Report(WorkerReportKind kind, string? text)
    {
        if (kind == WorkerReportKind.PinRefused) _isPinRefused = true;
        lock (_reporting)
        {
            _reports.WriteLine(JsonSerializer.Serialize(new WorkerReport(kind, text), SignersJson.Default.WorkerReport));
            _reports.Flush();
        }
    }

    // A module may hang in what an orderly end would call.
    private static void End() => Process.GetCurrentProcess().Kill();
}
