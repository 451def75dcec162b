using System.Net.Security;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Requests;

/// <summary>
/// Good requests with a few bytes changed, thousands of them: whatever comes of it, the service behind gets strict
/// requests and nothing else. The seed is fixed, so that a finding can be had again.
/// </summary>
public sealed class MutationTests(RequestFixture proxy) : IClassFixture<RequestFixture>
{
    private const int Seed = 20_261_126;
    private const int Count = 3_000;
    private const int Clients = 8;

    private static readonly string[] Seeds =
    [
        "GET /path?query=1 HTTP/1.1\r\nHost: web.example.test\r\nAccept: */*\r\n\r\n",
        "POST /path HTTP/1.1\r\nHost: web.example.test\r\nContent-Length: 11\r\n\r\nhello world",
        "POST /path HTTP/1.1\r\nHost: web.example.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-T: u\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: web.example.test\r\nContent-Length: 35\r\n\r\nGET /b HTTP/1.1\r\nHost: b.test\r\n\r\n\r\n",
        "GET /a/%2e%2e/b%2fc HTTP/1.1\r\nHost: web.example.test\r\nConnection: keep-alive\r\nCookie: a=b; c=d\r\n\r\n",
        "GET https://web.example.test/a HTTP/1.1\r\nHost: web.example.test\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    ];

    private static readonly string[] Pieces =
    [
        "\r", "\n", "\r\n", "\n\r", "\0", " ", "\t", ":", ";", ",", "%", "%0d%0a", "%2f", "..", "\\", "/", "#", "\x7f", "\xe9", "+", "-", "0x",
        "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "Host: b.test\r\n",
        "Connection: close\r\n", "Expect: 100-continue\r\n", " folded\r\n", "X-Forwarded-For: 6.6.6.6\r\n", "0\r\n\r\n", "GET / HTTP/1.1\r\n",
    ];

    [Fact]
    public async Task Requests_WithBytesChanged_ReachTheServiceStrictOrNotAtAll()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Clients).Select(SendAllAsync));

        Assert.Empty(proxy.Backend.Findings);
        // Mutations are neither all harmless nor all fatal, or they would try nothing.
        var statuses = answers.SelectMany(each => each).ToList();
        Assert.InRange(statuses.Count(answer => answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)), Count / 20, Count);
        Assert.InRange(statuses.Count(answer => answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal)), Count / 20, Count);
        Assert.All(await proxy.ArrivedAsync(), request => Assert.Equal(["127.0.0.1"], request.Values("X-Forwarded-For")));
    }

    private async Task<List<string>> SendAllAsync(int client)
    {
        var random = new Random(Seed + client);
        var answers = new List<string>();
        for (var i = 0; i < Count / Clients; i++)
        {
            await using var connection = await RawClient.ConnectAsync(proxy.Port, SslApplicationProtocol.Http11);
            await connection.SendAsync(Mutate(Seeds[random.Next(Seeds.Length)], random));
            await connection.FinishAsync();
            answers.Add(await connection.ReadToEndAsync());
        }

        return answers;
    }

    private static string Mutate(string request, Random random)
    {
        var text = new StringBuilder(request);
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0: text[at] = (char)random.Next(256); break;
                case 1: text.Remove(at, Math.Min(random.Next(1, 4), text.Length - at)); break;
                case 2: text.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 3: text.Insert(LineStart(text, at), Pieces[random.Next(Pieces.Length)]); break;
                default: text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 20), text.Length - at))); break;
            }
        }

        return text.ToString();
    }

    private static int LineStart(StringBuilder text, int at)
    {
        while (at > 0 && text[at - 1] != '\n')
            at--;
        return at;
    }
}
