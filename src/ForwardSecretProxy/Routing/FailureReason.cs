using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Yarp.ReverseProxy.Forwarder;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Why a service could not answer, in words that are safe to log. Exceptions of the HTTP client can quote what a service
/// sent, so their text is used only where it is about TLS, and then holds no more than the verdict on a certificate.
/// </summary>
internal static class FailureReason
{
    /// <summary>Whether it was the client's doing, such as going away.</summary>
    public static bool IsTheClients(ForwarderError error) => error is
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
        or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
        or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
        or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient
        or ForwarderError.UpgradeActivityTimeout;

    /// <summary>The reason, to stand after the service's name.</summary>
    public static string Describe(ForwarderError error, Exception? exception) => error switch
    {
        _ when Find<BackendsBusyException>(exception) is not null => Describe(exception),
        ForwarderError.NoAvailableDestinations => "there is no healthy destination",
        ForwarderError.RequestTimedOut when Find<TimeoutException>(exception) is not null =>
            "it did not take the connection in time (ConnectTimeout)",
        ForwarderError.RequestTimedOut => "it did not answer in time (HttpRequest: ActivityTimeout)",
        ForwarderError.RequestBodyDestination => $"it did not take the whole request: {Describe(exception)}",
        ForwarderError.ResponseBodyDestination => $"its answer broke off: {Describe(exception)}",
        ForwarderError.ResponseHeaders => "its answer has headers that cannot be passed on",
        ForwarderError.RequestCreation => "the request cannot be made as its transforms and HTTP version demand",
        ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination =>
            $"a WebSocket broke off: {Describe(exception)}",
        _ => Describe(exception),
    };

    /// <summary>The first exception of a type in a chain of causes.</summary>
    public static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
                return found;
        }
        return null;
    }

    /// <summary>Why a connection failed, as far as its exception tells.</summary>
    public static string Describe(Exception? exception)
    {
        if (Find<BackendsBusyException>(exception) is { } busy)
            return busy.Message;
        if (exception is OperationCanceledException)
            return Describe(SocketError.TimedOut);
        if (Find<CryptographicException>(exception) is { } alert)
            return $"TLS failed: {alert.Message.TrimEnd('.')}";
        if (Find<AuthenticationException>(exception) is { } refusal)
            return $"TLS failed: {refusal.Message.TrimEnd('.')}";
        if (Find<SocketException>(exception) is { } socket)
            return Describe(socket.SocketErrorCode);
        if (Find<HttpProtocolException>(exception) is { } protocol)
            return $"it ended the stream or the connection with HTTP/2 error {protocol.ErrorCode}";
        return Describe(Find<HttpIOException>(exception)?.HttpRequestError ?? Find<HttpRequestException>(exception)?.HttpRequestError);
    }

    private static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "it refuses connections",
        SocketError.ConnectionReset => "it closed the connection",
        SocketError.TimedOut => "it did not take the connection in time (ConnectTimeout)",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name cannot be resolved",
        _ => $"the connection failed ({error})",
    };

    private static string Describe(HttpRequestError? error) => error switch
    {
        HttpRequestError.ResponseEnded => "it closed the connection",
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => "it does not speak HTTP as it should",
        HttpRequestError.VersionNegotiationError => "it does not speak the HTTP version that is demanded",
        HttpRequestError.ExtendedConnectNotSupported => "it does not take WebSockets over HTTP/2",
        HttpRequestError.NameResolutionError => "its name cannot be resolved",
        HttpRequestError.ConfigurationLimitExceeded => "its answer's headers are too large",
        _ => "the connection failed",
    };
}
