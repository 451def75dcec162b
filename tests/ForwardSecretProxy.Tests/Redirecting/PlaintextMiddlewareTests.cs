using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Redirecting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ForwardSecretProxy.Tests.Redirecting;

public class PlaintextMiddlewareTests
{
    private bool _passedOn;

    [Theory]
    [InlineData("web.example.test", 443, "/a/b?c=d%20e&f", "https://web.example.test/a/b?c=d%20e&f")]
    [InlineData("WEB.example.test:80", 443, "/", "https://web.example.test/")]
    [InlineData("web.example.test:8080", 8443, "/x", "https://web.example.test:8443/x")]
    // Still under our own name, whatever it looks like.
    [InlineData("web.example.test", 443, "//evil.test/%0d%0aX:y", "https://web.example.test//evil.test/%0d%0aX:y")]
    [InlineData("web.example.test", 443, "/@evil.test", "https://web.example.test/@evil.test")]
    public async Task Invoke_ServedName_IsRedirectedWithPathAndQuery(string host, int port, string target, string location)
    {
        var context = await RequestAsync(new RedirectOptions { HttpsPort = port }, host, target);

        Assert.Equal(StatusCodes.Status308PermanentRedirect, context.Response.StatusCode);
        Assert.Equal(location, context.Response.Headers.Location);
        Assert.False(_passedOn);
    }

    [Theory]
    [InlineData("evil.test")]
    [InlineData("web.example.test.evil.test")]
    [InlineData("web.example.test@evil.test")]
    [InlineData("192.0.2.1")]
    [InlineData("[2001:db8::1]")]
    [InlineData("")]
    public async Task Invoke_OtherName_IsRefused(string host)
    {
        var context = await RequestAsync(new RedirectOptions(), host, "/");

        Assert.Equal(StatusCodes.Status421MisdirectedRequest, context.Response.StatusCode);
        Assert.Empty(context.Response.Headers.Location.ToString());
        Assert.False(_passedOn);
    }

    [Theory]
    [InlineData("/a\r\nSet-Cookie: x=y")]
    [InlineData("/a b")]
    [InlineData("/\u00e4")]
    public async Task Invoke_TargetThatIsNoUri_IsRefused(string target)
    {
        var context = await RequestAsync(new RedirectOptions(), "web.example.test", target);

        Assert.Equal(StatusCodes.Status400BadRequest, context.Response.StatusCode);
        Assert.Empty(context.Response.Headers.Location.ToString());
    }

    [Fact]
    public async Task Invoke_PlaintextByAListenerThatServes_IsRefusedToo()
    {
        var context = await RequestAsync(null, "web.example.test", "/");

        Assert.Equal(StatusCodes.Status421MisdirectedRequest, context.Response.StatusCode);
        Assert.False(_passedOn);
    }

    private async Task<DefaultHttpContext> RequestAsync(RedirectOptions? redirect, string host, string target)
    {
        var context = new DefaultHttpContext();
        // What a client behind a proxy may say makes no difference: the connection has no TLS.
        context.Request.Scheme = "https";
        context.Request.Method = "GET";
        context.Request.Host = new HostString(host);
        context.Request.Path = "/";
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        context.Features.Set(new ListenerOptions
        {
            Name = "http",
            Address = new System.Net.IPEndPoint(System.Net.IPAddress.Any, 80),
            Certificates = [],
            Redirect = redirect,
        });
        // As an index of names does, it has something for whoever asks by address.
        var middleware = new PlaintextMiddleware(name => name == "web.example.test" || System.Net.IPAddress.TryParse(name, out _));
        await middleware.InvokeAsync(context, _ =>
        {
            _passedOn = true;
            return Task.CompletedTask;
        });
        return context;
    }
}
