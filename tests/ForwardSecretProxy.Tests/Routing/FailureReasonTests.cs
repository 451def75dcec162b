using System.Net.Sockets;
using System.Security.Authentication;
using ForwardSecretProxy.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace ForwardSecretProxy.Tests.Routing;

public class FailureReasonTests
{
    private const string Private = "GET /private from 203.0.113.7";

    public static TheoryData<Exception, string> Causes => new()
    {
        { new HttpRequestException(Private, new SocketException((int)SocketError.ConnectionRefused)), "it refuses connections" },
        { new HttpRequestException(Private, new SocketException((int)SocketError.HostNotFound)), "its name cannot be resolved" },
        { new HttpRequestException(Private, new SocketException((int)SocketError.HostUnreachable)), "the connection failed (HostUnreachable)" },
        { new HttpRequestException(Private, new AuthenticationException("The certificate is invalid.")), "TLS failed: The certificate is invalid" },
        { new HttpRequestException(HttpRequestError.InvalidResponse, Private), "it does not speak HTTP as it should" },
        { new HttpRequestException(Private, new HttpIOException(HttpRequestError.ResponseEnded, Private)), "it closed the connection" },
        { new HttpProtocolException(11, Private, null), "it ended the stream or the connection with HTTP/2 error 11" },
        { new InvalidOperationException(Private), "the connection failed" },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public void Describe_Cause_IsSaidWithoutTheTextOfTheException(Exception exception, string expected)
    {
        Assert.Equal(expected, FailureReason.Describe(ForwarderError.Request, exception));
        Assert.Equal($"its answer broke off: {expected}",
            FailureReason.Describe(ForwarderError.ResponseBodyDestination, exception));
    }

    [Fact]
    public void Describe_TimeOuts_AreToldApart()
    {
        var connecting = new TaskCanceledException(Private, new TimeoutException(Private));

        Assert.Contains("ConnectTimeout", FailureReason.Describe(ForwarderError.RequestTimedOut, connecting), StringComparison.Ordinal);
        Assert.Contains("ActivityTimeout",
            FailureReason.Describe(ForwarderError.RequestTimedOut, new TaskCanceledException(Private)), StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_EveryError_HasWordsOfItsOwn()
    {
        foreach (var error in Enum.GetValues<ForwarderError>())
            Assert.DoesNotContain("private", FailureReason.Describe(error, new IOException(Private)), StringComparison.Ordinal);
    }
}
