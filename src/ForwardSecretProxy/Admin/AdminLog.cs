using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Admin;

/// <summary>What the admin listener says of itself.</summary>
internal static partial class AdminLog
{
    /// <summary>It is bound.</summary>
    [LoggerMessage(EventIds.AdminListening, LogLevel.Information, "Status, health and metrics are at {Address}.")]
    public static partial void Listening(ILogger logger, string address);
}
