using ForwardSecretProxy.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace ForwardSecretProxy.Tests.Requests;

public class RequestRulesTests
{
    [Theory]
    [InlineData("X-Other: a\tb")]
    [InlineData("Connection: keep-alive")]
    [InlineData("Connection: close, TE")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: Chunked")]
    [InlineData("Expect: 100-Continue")]
    [InlineData("Content-Length: 3")]
    public void Check_OrdinaryHeader_Passes(string header)
    {
        Assert.Null(RequestRules.Check(Request(header)));
    }

    [Theory]
    [InlineData("Transfer-Encoding: gzip, chunked", 400)]
    [InlineData("Transfer-Encoding: chunked|chunked", 400)]
    [InlineData("Transfer-Encoding: ", 400)]
    [InlineData("Transfer-Encoding: chunked;X-Content-Length: 3", 400)]
    [InlineData("Transfer-Encoding: chunked;Content-Length: 3", 400)]
    [InlineData("Host: ", 400)]
    [InlineData("X(A): b", 400)]
    [InlineData("X\u000b: b", 400)]
    [InlineData("X: a\u0001", 400)]
    [InlineData("X: fine|a\u007f", 400)]
    [InlineData("Expect: 200-ok", 417)]
    public void Check_HeaderWithTwoMeanings_IsRefused(string headers, int status)
    {
        Assert.Equal(status, RequestRules.Check(Request(headers))?.Status);
    }

    [Theory]
    [InlineData("GET", 0)]
    [InlineData("PROPFIND", 0)]
    [InlineData("get", 400)]
    [InlineData("TRACE", 501)]
    [InlineData("trace", 501)]
    [InlineData("CONNECT", 501)]
    public void Check_Method_IsOneThatCanBeForwarded(string method, int status)
    {
        var context = Request();
        context.Request.Method = method;

        Assert.Equal(status, RequestRules.Check(context)?.Status ?? 0);
    }

    [Theory]
    [InlineData("HTTP/1.0", "Transfer-Encoding: chunked", 400)]
    [InlineData("HTTP/2", "Transfer-Encoding: chunked", 400)]
    [InlineData("HTTP/1.0", "-Host: ", 0)]
    [InlineData("HTTP/1.1", "-Host: ", 400)]
    [InlineData("HTTP/2", "-Host: ", 400)]
    [InlineData("HTTP/1.0", "Host: ", 400)]
    public void Check_Version_DecidesWhatIsNeeded(string protocol, string header, int status)
    {
        var context = Request(header);
        context.Request.Protocol = protocol;

        Assert.Equal(status, RequestRules.Check(context)?.Status ?? 0);
    }

    [Theory]
    [InlineData("websocket", 0)]
    [InlineData("connect-udp", 501)]
    public void Check_ExtendedConnect_IsForWebSocketsOnly(string protocol, int status)
    {
        var context = Request();
        context.Request.Method = "CONNECT";
        context.Request.Protocol = "HTTP/2";
        context.Features.Set<IHttpExtendedConnectFeature>(new ExtendedConnect(protocol));

        Assert.Equal(status, RequestRules.Check(context)?.Status ?? 0);
    }

    /// <summary>A request with headers, as <c>Name: value|value;Name: value</c>; a name after a minus is taken away.</summary>
    private static DefaultHttpContext Request(string headers = "")
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/path?query";
        var request = context.Request;
        request.Method = "GET";
        request.Protocol = "HTTP/1.1";
        request.Scheme = "https";
        request.Path = "/path";
        request.Headers.Host = "web.example.test";
        foreach (var header in headers.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, values) = (header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            if (name.StartsWith('-'))
                request.Headers.Remove(name[1..]);
            else
                request.Headers[name] = new StringValues(values.Split('|'));
        }

        return context;
    }

    private sealed record ExtendedConnect(string Protocol) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => true;

        public ValueTask<Stream> AcceptAsync() => throw new NotSupportedException();
    }
}
