using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.Logging;

/// <summary>
/// An exception in one line: types, from the outermost to the cause, with the messages that cannot hold anything of a
/// request. Others can: a header that could not be parsed, a URL.
/// </summary>
internal static class ExceptionText
{
    private const int MaxDepth = 6;

    private static readonly HashSet<Type> HarmlessTypes =
    [
        typeof(IOException), typeof(SocketException), typeof(TimeoutException), typeof(OperationCanceledException),
        typeof(TaskCanceledException), typeof(AuthenticationException), typeof(CryptographicException),
    ];

    /// <summary>Describes <paramref name="exception"/>.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="everything">Every message may be written.</param>
    public static string Describe(Exception exception, bool everything)
    {
        var text = new StringBuilder();
        var depth = 0;
        for (var cause = exception; cause is not null && depth < MaxDepth; cause = cause.InnerException, depth++)
        {
            if (depth > 0)
                text.Append(" <- ");
            text.Append(cause.GetType().Name);
            if (Detail(cause, everything) is { Length: > 0 } detail)
                text.Append(": ").Append(detail.TrimEnd('.'));
        }

        return text.ToString();
    }

    private static string? Detail(Exception exception, bool everything)
    {
        var type = exception.GetType();
        if (everything || HarmlessTypes.Contains(type) || type.Namespace?.StartsWith("ForwardSecretProxy", StringComparison.Ordinal) == true)
            return exception.Message;
        if (exception is HttpRequestException request)
            return request.HttpRequestError.ToString();
        // Where it was thrown says what kind it is, without a word of what it was about.
        return exception.TargetSite is { } site ? $"in {site.DeclaringType?.Name}.{site.Name}" : null;
    }
}
