namespace ForwardSecretProxy.Hosting;

/// <summary>What is said of certificates with several keys.</summary>
internal static partial class KeyLog
{
    /// <summary>A spare stands in.</summary>
    [LoggerMessage(EventIds.KeyFailedOver, LogLevel.Warning,
        "Certificate {Certificate}: its {Role} on token {Token} stands in for its {Failed}: {Reason}.")]
    public static partial void FailedOver(
        ILogger logger, string certificate, string role, string token, string failed, string reason);

    /// <summary>It is relieved.</summary>
    [LoggerMessage(EventIds.KeyFailedBack, LogLevel.Information,
        "Certificate {Certificate}: its {Role} on token {Token} is in use again.")]
    public static partial void FailedBack(ILogger logger, string certificate, string role, string token);

    /// <summary>A token that another one can stand in for does not sign.</summary>
    [LoggerMessage(EventIds.KeyFails, LogLevel.Warning,
        "Token {Token} does not sign, for certificate {Certificate} as its {Role}: {Reason}.")]
    public static partial void KeyFails(ILogger logger, string token, string certificate, string role, string reason);

    /// <summary>It does again.</summary>
    [LoggerMessage(EventIds.KeyIsBack, LogLevel.Information, "Token {Token} signs again.")]
    public static partial void KeyIsBack(ILogger logger, string token);

    /// <summary>A key is there that was not.</summary>
    [LoggerMessage(EventIds.KeyAppeared, LogLevel.Information,
        "Certificate {Certificate}: the key of its {Role} is there now, and is taken into use.")]
    public static partial void KeyAppeared(ILogger logger, string certificate, string role);
}
