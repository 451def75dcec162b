using System.Text.RegularExpressions;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>
/// Requests that servers are known to read in different ways. Each is written byte by byte; the service behind must not
/// get one of them. <c>HOST</c> stands for a right Host line.
/// </summary>
public sealed class Http1RefusalTests(RequestFixture proxy) : IClassFixture<RequestFixture>
{
    private const string Chunked = @"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n";

    [Theory]
    // Framing (RFC 9112 section 6).
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: 5, 6\r\n\r\nabcde")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: +5\r\n\r\nabcde")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: -0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: 0x5\r\n\r\nabcde")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: 5 5\r\n\r\nabcde")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length: 1000000000000000000005\r\n\r\nabcde")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTContent-Length:\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: identity\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: ""chunked""\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOST Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(@"POST / HTTP/1.1\r\nHOSTTransfer-Encoding: \r\n\r\n")]
    [InlineData(@"POST / HTTP/1.0\r\nHOSTTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    // Lines (RFC 9112 section 2.2) and headers (section 5).
    [InlineData(@"GET / HTTP/1.1\nHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHost: web.example.test\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\nY: b\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\rY: b\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\r\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOST\n")]
    [InlineData(@"GET / HTTP/1.1\r\r\nHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1\rHOST\r\n")]
    [InlineData(@"GET /a\rb HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a\nb HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX : a\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX\t: a\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\r\n b\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\r\n\tY: b\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\n X: a\r\nHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOST: a\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX(Y): a\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX\xe9: a\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX\x00: a\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\x00b\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\x01b\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\x0bb\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\x1bb\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTX: a\x7fb\r\n\r\n")]
    // Host (section 3.2) and target (section 3).
    [InlineData(@"GET / HTTP/1.1\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTHost: b.test\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHost: a.test@b.test\r\n\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHost: a.test/b\r\n\r\n")]
    [InlineData(@"GET https://b.test/ HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET http://web.example.test/ HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET ftp://web.example.test/ HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET https://u:p@web.example.test/ HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET https://web.example.test/a%2f..%2fb HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET web.example.test HTTP/1.1\r\nHOST\r\n", 405)]
    [InlineData(@"GET a HTTP/1.1\r\nHOST\r\n", 405)]
    [InlineData(@"GET /a b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a\tb HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET\t/\tHTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET  / HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1 \r\nHOST\r\n")]
    [InlineData(@"GET /a\x00b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a%00b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a\x01b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a?b\x7f HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a\xe9 HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a#b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a%zz HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a/..%2fb HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a/..;/b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a\\..\\b HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET /a%2fb%252f HTTP/1.1\r\nHOST\r\n")]
    // Methods, versions, expectations.
    [InlineData(@"TRACE / HTTP/1.1\r\nHOST\r\n", 501)]
    [InlineData(@"CONNECT web.example.test:443 HTTP/1.1\r\nHost: web.example.test:443\r\n\r\n", 501)]
    [InlineData(@"OPTIONS * HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"get / HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"G(T / HTTP/1.1\r\nHOST\r\n")]
    [InlineData(@"GET / HTTP/1.1\r\nHOSTExpect: 200-ok\r\n\r\n", 417)]
    [InlineData(@"GET / HTTP/1.2\r\nHOST\r\n", 505)]
    [InlineData(@"GET / HTTP/2.0\r\nHOST\r\n", 505)]
    [InlineData(@"GET / http/1.1\r\nHOST\r\n", 505)]
    [InlineData(@"GET /\r\nHOST\r\n")]
    public async Task Request_WithTwoMeanings_IsRefusedAndTheConnectionClosed(string bytes, int status = 400)
    {
        var answer = await proxy.ExchangeAsync(Unescape(bytes));

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(1, Regex.Count(answer, "HTTP/1.1 "));
        Assert.Empty(await proxy.ArrivedAsync());
        Assert.Empty(proxy.Backend.Findings);
    }

    [Theory]
    [InlineData(@"2\nab\r\n0\r\n\r\n")]
    [InlineData(@"2\r\nab\n0\r\n\r\n")]
    [InlineData(@"2\r\nab\r\n0\n\r\n")]
    [InlineData(@"2\r\nab\r\n0\r\n\n\n")]
    [InlineData(@"2;a\nab\r\n0\r\n\r\n")]
    [InlineData(@"2;a\rb\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"+2\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"0x2\r\nab\r\n0\r\n\r\n")]
    [InlineData(@" 2\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"2 \r\nab\r\n0\r\n\r\n")]
    [InlineData(@"-1\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"ffffffff\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"100000002\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"00000000000000002\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"2\r\nabc\r\n0\r\n\r\n")]
    [InlineData(@"\r\nab\r\n0\r\n\r\n")]
    [InlineData(@"2\r\nab\r\n0\r\nX: a\nY: b\r\n\r\n")]
    [InlineData(@"2\r\nab\r\n0\r\nX : a\r\n\r\n")]
    [InlineData(@"2\r\nab\r\n0\r\n X: a\r\n\r\n")]
    public async Task Chunks_WithTwoMeanings_NeverBecomeARequest(string chunks)
    {
        // The service may have seen the head by then, but not a request that is complete.
        var answer = await proxy.ExchangeAsync(Unescape(Chunked + chunks));

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(await proxy.ArrivedAsync());
        Assert.Empty(proxy.Backend.Findings);
    }

    [Theory]
    [InlineData(@"GET /a HTTP/1.1\r\nHOST\r\n", "/a")]
    [InlineData(@"\r\nGET /a HTTP/1.1\r\nHOST\r\n", "/a")]
    [InlineData(@"GET /a  HTTP/1.1\r\nHOST\r\n", "/a")]
    [InlineData(@"GET /a HTTP/1.0\r\n\r\n", "/a")]
    [InlineData(@"GET https://web.example.test/a?b HTTP/1.1\r\nHOST\r\n", "/a?b")]
    [InlineData(@"POST /a HTTP/1.1\r\nHOSTContent-Length: 2\r\n\r\nab", "/a", "ab")]
    [InlineData(@"POST /a HTTP/1.1\r\nHOSTTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n0\r\nX-Trailer: z\r\n\r\n", "/a", "ab")]
    [InlineData(@"GET /a HTTP/1.1\r\nHOSTX: a\tb\r\n\r\n", "/a")]
    [InlineData(@"PROPFIND /a HTTP/1.1\r\nHOST\r\n", "/a")]
    [InlineData(@"GET /a HTTP/1.1\r\nHOSTUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", "/a")]
    [InlineData(@"GET /a HTTP/1.1\r\nHOSTConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", "/a")]
    [InlineData(@"GET /a HTTP/1.1\r\nHOSTConnection: X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host\r\n\r\n", "/a")]
    [InlineData(@"GET //a//b HTTP/1.1\r\nHOST\r\n", "//a//b")]
    [InlineData(@"GET /a/../b HTTP/1.1\r\nHOST\r\n", "/b")]
    [InlineData(@"GET /../../a HTTP/1.1\r\nHOST\r\n", "/a")]
    [InlineData(@"GET /a/.%2e/%2e%2E/b HTTP/1.1\r\nHOST\r\n", "/b")]
    [InlineData(@"GET /a/%252e%252e/b HTTP/1.1\r\nHOST\r\n", "/a/%252e%252e/b")]
    [InlineData(@"GET /a%2Fb HTTP/1.1\r\nHOST\r\n", "/a%2Fb")]
    [InlineData(@"GET /a%252Fb HTTP/1.1\r\nHOST\r\n", "/a%252Fb")]
    [InlineData(@"GET /%41%7e%20%C3%A9 HTTP/1.1\r\nHOST\r\n", "/A~%20%C3%A9")]
    [InlineData(@"GET /a%ff HTTP/1.1\r\nHOST\r\n", "/a%ff")]
    [InlineData(@"GET /a%0d%0ab HTTP/1.1\r\nHOST\r\n", "/a%0D%0Ab")]
    public async Task Request_WithOneMeaning_ArrivesInStrictForm(string bytes, string target, string body = "")
    {
        // Beside this one nothing comes back to tell, so that the next request on the connection shows where it ended.
        var answer = await proxy.ExchangeAsync(
            Unescape(bytes + (bytes.Contains("HTTP/1.0", StringComparison.Ordinal) ? "" : @"GET /next HTTP/1.1\r\nHOSTConnection: close\r\n\r\n")));

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        var arrived = (await proxy.ArrivedAsync())[0];
        Assert.Equal((target, body), (arrived.Target, arrived.Body));
        Assert.Equal(["127.0.0.1"], arrived.Values("X-Forwarded-For"));
        Assert.Equal(["https"], arrived.Values("X-Forwarded-Proto"));
        Assert.Empty(arrived.Values("Upgrade"));
        Assert.Empty(arrived.Values("HTTP2-Settings"));
        Assert.Empty(arrived.Values("Connection"));
        Assert.Empty(proxy.Backend.Findings);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: \u0001\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n")]
    public void StrictRequest_Leniency_IsNotGranted(string bytes)
    {
        // The control of the others: the service that keeps every byte would tell.
        Assert.Throws<FormatException>(() => StrictRequest.Read(System.Text.Encoding.Latin1.GetBytes(bytes)));
    }

    private static string Unescape(string bytes) =>
        Regex.Unescape(bytes.Replace("HOST", @"Host: web.example.test\r\n", StringComparison.Ordinal));
}
