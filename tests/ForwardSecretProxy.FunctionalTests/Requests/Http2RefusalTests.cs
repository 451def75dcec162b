using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>Requests in HTTP/2 frames that no HTTP/1.1 service must ever be told in its own words.</summary>
public sealed class Http2RefusalTests(RequestFixture proxy) : IClassFixture<RequestFixture>
{
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    [Theory]
    [InlineData("uppercase name", "X-Upper=1")]
    [InlineData("connection", "connection=close")]
    [InlineData("connection naming a header", "connection=x-forwarded-for")]
    [InlineData("transfer-encoding", "transfer-encoding=chunked")]
    [InlineData("transfer-encoding and length", "transfer-encoding=chunked|content-length=0")]
    [InlineData("keep-alive", "keep-alive=timeout=5")]
    [InlineData("proxy-connection", "proxy-connection=keep-alive")]
    [InlineData("upgrade", "upgrade=h2c|http2-settings=AAMAAABk")]
    [InlineData("te", "te=gzip")]
    [InlineData("pseudo header after a regular one", "x-a=1|:path=/b")]
    [InlineData("pseudo header twice", ":path=/b")]
    [InlineData("unknown pseudo header", ":bad=1")]
    [InlineData("response's pseudo header", ":status=200")]
    [InlineData("CR LF in a value", @"x-a=1\r\nx-forwarded-for: 6.6.6.6")]
    [InlineData("CR in a value", @"x-a=1\rb")]
    [InlineData("LF in a value", @"x-a=1\nb")]
    [InlineData("NUL in a value", @"x-a=1\x00b")]
    [InlineData("control character in a value", @"x-a=1\x01b")]
    [InlineData("DEL in a value", @"x-a=1\x7fb")]
    [InlineData("CR LF in a name", @"x-a\r\nx-b=1")]
    [InlineData("LF in a name", @"x-a\nb=1")]
    [InlineData("NUL in a name", @"x-a\x00=1")]
    [InlineData("space in a name", "x a=1")]
    [InlineData("colon in a name", "x-a: b=1")]
    [InlineData("byte above 127 in a name", @"x-\xe9=1")]
    [InlineData("empty name", "=1")]
    [InlineData("host twice", "host=a.test|host=b.test", ":authority")]
    [InlineData("no host", "x-a=1", ":authority")]
    [InlineData("empty host", "host=", ":authority")]
    [InlineData("host that is none", "host=a.test/b", ":authority")]
    [InlineData("user in the authority", ":authority=u@web.example.test", ":authority")]
    [InlineData("no method", "x-a=1", ":method")]
    [InlineData("no path", "x-a=1", ":path")]
    [InlineData("empty path", ":path=", ":path")]
    [InlineData("path without a slash", ":path=a", ":path")]
    [InlineData("absolute path", ":path=https://web.example.test/a", ":path")]
    [InlineData("asterisk", ":path=*|:method=OPTIONS", ":path|:method")]
    [InlineData("space in the path", ":path=/a HTTP/1.1", ":path")]
    [InlineData("CR LF in the path", @":path=/a HTTP/1.1\r\nx: y", ":path")]
    [InlineData("control character in the path", @":path=/a\x01", ":path")]
    [InlineData("hidden dot segment", ":path=/a/..%2fb", ":path")]
    [InlineData("CR LF in the method", @":method=GET / HTTP/1.1\r\nx: y", ":method")]
    [InlineData("space in the method", ":method=GET /b", ":method")]
    [InlineData("lower-case method", ":method=get", ":method")]
    [InlineData("TRACE", ":method=TRACE", ":method")]
    [InlineData("CONNECT", ":method=CONNECT", ":method|:path|:scheme")]
    [InlineData("CONNECT of another protocol", ":method=CONNECT|:protocol=connect-udp", ":method")]
    [InlineData("another scheme", ":scheme=http", ":scheme")]
    [InlineData("CR LF in the scheme", @":scheme=https\r\n", ":scheme")]
    [InlineData("expectation", "expect=200-ok")]
    [InlineData("length twice", "content-length=0|content-length=1")]
    [InlineData("length with a sign", "content-length=+0")]
    [InlineData("length that is none", "content-length=x")]
    [InlineData("length of a body that does not come", "content-length=3")]
    public async Task Request_WithTwoMeanings_IsRefused(string what, string fields, string without = "")
    {
        await using var client = await RawHttp2Client.ConnectAsync(proxy.Port);

        await client.SendAsync(FrameType.Headers, EndHeaders | EndStream, 1, Block(fields, without));
        var outcome = await client.OutcomeAsync(1);

        AssertRefused(what, outcome);
        Assert.Empty(await proxy.ArrivedAsync());
    }

    [Theory]
    [InlineData("x-a=1", "", "/path", 200)]
    [InlineData("te=trailers", "", "/path", 200)]
    [InlineData(":path=/a%2fb?c=d", ":path", "/a%2fb?c=d", 200)]
    [InlineData("host=b.test", "", "/path", 200)]
    public async Task Request_WithOneMeaning_Arrives(string fields, string without, string target, int status)
    {
        // The control: frames made in this way do get through.
        await using var client = await RawHttp2Client.ConnectAsync(proxy.Port);

        await client.SendAsync(FrameType.Headers, EndHeaders | EndStream, 1, Block(fields, without));

        Assert.Equal(new Http2Outcome(Status: status), await client.OutcomeAsync(1));
        var arrived = Assert.Single(await proxy.ArrivedAsync());
        Assert.Equal(target, arrived.Target);
        // Of an authority and a host that differ the service hears of the authority only, which routes match.
        Assert.Equal([ProxyFixture.DefaultName], arrived.Values("X-Forwarded-Host"));
        Assert.DoesNotContain(arrived.Headers, header => header.Value.Contains("b.test", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("3", "abcd")]
    [InlineData("3", "ab")]
    public async Task Body_OtherThanItsLength_NeverArrivesAsARequest(string length, string body)
    {
        await using var client = await RawHttp2Client.ConnectAsync(proxy.Port);

        await client.SendAsync(FrameType.Headers, EndHeaders, 1, Block(":method=POST|content-length=" + length, ":method"));
        await client.SendAsync(FrameType.Data, EndStream, 1, System.Text.Encoding.ASCII.GetBytes(body));

        AssertRefused(body, await client.OutcomeAsync(1));
        Assert.Empty(await proxy.ArrivedAsync());
    }

    private static void AssertRefused(string what, Http2Outcome outcome) =>
        Assert.True(outcome is { Status: >= 400 } or { StreamError: not null } or { ConnectionError: not null } or { Closed: true },
            $"{what}: {outcome}");

    /// <summary>An ordinary request's fields but those in <paramref name="without"/>, and then others.</summary>
    private static byte[] Block(string fields, string without)
    {
        var left = without.Split('|');
        var ordinary = new Dictionary<string, string>
        {
            [":method"] = "GET", [":scheme"] = "https", [":path"] = "/path", [":authority"] = ProxyFixture.DefaultName,
        };
        var added = fields.Split('|').Select(field =>
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            return KeyValuePair.Create(Regex.Unescape(field[..equals]), Regex.Unescape(field[(equals + 1)..]));
        });
        return RawHttp2Client.Encode([.. ordinary.Where(field => !left.Contains(field.Key)), .. added]);
    }
}
