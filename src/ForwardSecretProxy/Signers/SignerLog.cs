using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Signers;

/// <summary>What is said of signer processes.</summary>
internal static partial class SignerLog
{
    /// <summary>A worker runs.</summary>
    [LoggerMessage(EventIds.WorkerStarted, LogLevel.Debug, "The signer of token {Token} is process {Process}.")]
    public static partial void WorkerStarted(ILogger logger, string token, int process);

    /// <summary>A worker ended that should not have.</summary>
    [LoggerMessage(EventIds.WorkerEnded, LogLevel.Error,
        "The signer of token {Token} ended: {Reason}. It is started again in {Milliseconds} ms.")]
    public static partial void WorkerEnded(ILogger logger, string token, string reason, long milliseconds);

    /// <summary>The PIN was wrong.</summary>
    [LoggerMessage(EventIds.SignerPinRefused, LogLevel.Error,
        "The PIN of token {Token} was refused and is not tried again before a reload: {Reason}")]
    public static partial void PinRefused(ILogger logger, string token, string reason);

    /// <summary>The token is away.</summary>
    [LoggerMessage(EventIds.SignerHasNoToken, LogLevel.Error, "The signer of token {Token} has no token: {Reason}")]
    public static partial void NoToken(ILogger logger, string token, string reason);

    /// <summary>The token is there again.</summary>
    [LoggerMessage(EventIds.SignerHasTokenAgain, LogLevel.Information, "The signer of token {Token} has its token again.")]
    public static partial void TokenIsBack(ILogger logger, string token);

    /// <summary>Somebody asked for a signature who may not.</summary>
    [LoggerMessage(EventIds.PeerRefused, LogLevel.Warning,
        "The signer of token {Token} was asked by {Peer}, which may not: see SignerClients.")]
    public static partial void PeerRefused(ILogger logger, string token, string peer);

    /// <summary>A reload that changed nothing.</summary>
    [LoggerMessage(EventIds.SignerReloadRefused, LogLevel.Error, "The signer goes on as before: {Problem}")]
    public static partial void ReloadProblem(ILogger logger, string problem);

    /// <summary>A signer that runs by itself is up.</summary>
    [LoggerMessage(EventIds.SignerListening, LogLevel.Information, "The signer listens at {Address}, for users {Users}.")]
    public static partial void Listening(ILogger logger, string address, string users);
}
