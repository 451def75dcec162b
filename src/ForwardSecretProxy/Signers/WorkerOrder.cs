using System.Text.Json.Serialization;
using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Signers;

/// <summary>What a worker is to do: the first line of its standard input.</summary>
internal sealed record WorkerOrder
{
    /// <summary>The token's name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>Where to listen.</summary>
    public required string Address { get; init; }

    /// <summary>The users whose processes may ask.</summary>
    public required IReadOnlyList<uint> Users { get; init; }

    /// <summary>The only process that may; null for every one of those users.</summary>
    public int? Process { get; init; }

    /// <summary>The token, but for its PIN.</summary>
    public required TokenOrder Token { get; init; }

    /// <summary>The key that says where the PIN comes from; null for none.</summary>
    public string? PinKey { get; init; }

    /// <summary>What stands there.</summary>
    public string? PinValue { get; init; }

    /// <summary>A PIN that was typed.</summary>
    public byte[]? TypedPin { get; init; }

    /// <summary>Why the token is not logged in to: it refused the PIN before, and would lock.</summary>
    public string? PinRefused { get; init; }

    /// <summary>The most signatures of one key in a second.</summary>
    public int? MaxSignaturesPerSecond { get; init; }

    /// <summary>The token as a worker opens it.</summary>
    public TokenOptions ToTokenOptions() => new()
    {
        Module = Token.Module,
        ModuleArguments = Token.ModuleArguments,
        Label = Token.Label,
        Serial = Token.Serial,
        Slot = Token.Slot,
        Sessions = Token.Sessions,
        QueueTimeout = TimeSpan.FromMilliseconds(Token.QueueTimeoutMs),
        CallTimeout = TimeSpan.FromMilliseconds(Token.CallTimeoutMs),
        Pin = ToPinSource(),
    };

    private PinSource? ToPinSource() => PinRefused is not null ? new RefusedPin(PinRefused)
        : TypedPin is not null ? new TypedPin(Pin.Copy(TypedPin))
        : PinKey switch
        {
            "PinFile" => new PinFile(PinValue!),
            "PinEnvironment" => new PinEnvironmentVariable(PinValue!),
            "PinCredential" => new PinCredential(PinValue!),
            _ => null,
        };
}

/// <summary>One entry of <c>Tokens</c>, as <see cref="TokenOptions"/> has it.</summary>
internal sealed record TokenOrder(
    string Module, string? ModuleArguments, string? Label, string? Serial, ulong? Slot, int Sessions, long QueueTimeoutMs,
    long CallTimeoutMs)
{
    /// <summary>Of an entry.</summary>
    public static TokenOrder Of(TokenOptions token) => new(
        token.Module, token.ModuleArguments, token.Label, token.Serial, token.Slot, token.Sessions,
        (long)token.QueueTimeout.TotalMilliseconds, (long)token.CallTimeout.TotalMilliseconds);
}

/// <summary>One line of a worker's standard output.</summary>
/// <param name="Kind">What it reports.</param>
/// <param name="Text">In words, where there is something to say.</param>
internal sealed record WorkerReport(WorkerReportKind Kind, string? Text);

/// <summary>What a worker reports.</summary>
internal enum WorkerReportKind
{
    /// <summary>It is alive, and so many are connected to it.</summary>
    Alive,

    /// <summary>Its token is open.</summary>
    Ready,

    /// <summary>Its token cannot be opened now.</summary>
    NoToken,

    /// <summary>The token refused the PIN.</summary>
    PinRefused,

    /// <summary>A call into the module takes too long; the worker ends itself.</summary>
    Hangs,

    /// <summary>A signature did not verify, and was not used; the text is the key's URI.</summary>
    WrongSignature,

    /// <summary>Somebody asked who may not.</summary>
    PeerRefused,
}

[JsonSerializable(typeof(WorkerOrder))]
[JsonSerializable(typeof(WorkerReport))]
[JsonSerializable(typeof(KeeperQuestion))]
[JsonSerializable(typeof(KeeperAnswer))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, MaxDepth = 8)]
internal sealed partial class SignersJson : JsonSerializerContext;
