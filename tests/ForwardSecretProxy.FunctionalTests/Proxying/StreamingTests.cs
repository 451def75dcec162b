using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Proxying;

/// <summary>Answers that take time, and ends that come early, seen by curl over both versions of HTTP.</summary>
[Collection(RunningProxy.Name)]
public sealed class StreamingTests(StreamingProxy proxy) : IClassFixture<StreamingProxy>, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));

    public static TheoryData<string, string> Ways => new()
    {
        { "--http1.1", "h1" }, { "--http1.1", "h2c" }, { "--http2", "h1" }, { "--http2", "h2c" }, { "--http2", "h2" },
    };

    public void Dispose() => _limit.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Event_OfAStream_ArrivesBeforeTheNextIsSent(string front, string way)
    {
        await using var curl = StartCurl($"/{way}/events/{way}{front}", front, "-N");
        for (var number = 1; number <= 3; number++)
        {
            var data = string.Create(CultureInfo.InvariantCulture, $"{way} {number}");
            proxy.Backend.Events(way + front).Writer.TryWrite(data);
            await curl.WaitForLineAsync(line => line == $"data: {data}");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ClientThatGoesAway_RequestInProgress_IsCancelledAtTheService(string front, string way)
    {
        await using (StartCurl($"/{way}/hang", front))
            await proxy.Backend.Hanging.Reader.ReadAsync(_limit.Token);

        await proxy.Backend.Aborted.Reader.ReadAsync(_limit.Token);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ServiceThatBreaksOff_AnswerOfUnknownLength_IsAnErrorForTheClient(string front, string way)
    {
        var broken = await CurlAsync($"/{way}/break/100000", front, "-o", "/dev/null", "-w", "%{http_code} %{size_download}");

        Assert.NotEqual(0, broken.ExitCode);
        Assert.StartsWith("200 ", broken.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ServiceThatBreaksOff_AnswerOfKnownLength_IsAnErrorForTheClient(string front, string way)
    {
        var broken = await CurlAsync($"/{way}/break/100000?length", front, "-o", "/dev/null", "-w", "%{http_code}");

        Assert.NotEqual(0, broken.ExitCode);
        Assert.Equal("200", broken.Output);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WaitForContinue_ServiceThatRefuses_GetsNoBody(string front, string way)
    {
        // curl sends the body only after a 100, or after a minute; so what it did send shows whether there was one.
        foreach (var status in (string[])["401", "413"])
        {
            var refused = await CurlAsync($"/{way}/refuse/{status}", front, "-H", "Expect: 100-continue",
                "--expect100-timeout", "60", "-d", new string('x', 10_000), "-w", "%{http_code} %{size_upload}");

            Assert.True(refused.ExitCode == 0, refused.Text);
            Assert.Equal($"{status} 0", refused.Output);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WaitForContinue_ServiceThatTakesIt_GetsTheBody(string front, string way)
    {
        var taken = await CurlAsync($"/{way}/take", front, "-H", "Expect: 100-continue",
            "--expect100-timeout", "60", "-d", "the body", "-w", " %{http_code}");

        Assert.True(taken.ExitCode == 0, taken.Text);
        Assert.Equal("\"the body\" 200", taken.Output);
    }

    // Over HTTP/1.1 the proxy's client repeats the request without the expectation, as RFC 9110 section 10.1.1 tells it to.
    [Theory]
    [InlineData("h2c")]
    [InlineData("h2")]
    public async Task WaitForContinue_ServiceThatCannotMeetIt_IsHeardAtOnce(string way)
    {
        // By hand, because curl does the same.
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, proxy.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = ProxyFixture.DefaultName,
            CertificateChainPolicy = proxy.Proxy.Authority.TrustOnlyThis(),
        });
        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /{way}/refuse/417 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"));

        using var reader = new StreamReader(tls, Encoding.ASCII);

        Assert.StartsWith("HTTP/1.1 417 ", await reader.ReadLineAsync(_limit.Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("204")]
    [InlineData("304")]
    public async Task Status_WithoutABody_EndsTheAnswer(string status)
    {
        foreach (var (front, way) in Ways.Select(row => ((string)row[0], (string)row[1])))
        {
            // The second request shows that the first one's answer ended where it should.
            var answers = await CurlAsync($"/{way}/refuse/{status}", front, "-w", "%{http_code} ",
                $"{proxy.Url}/{way}/refuse/200");
            Assert.True(answers.ExitCode == 0, answers.Text);
            Assert.Equal($"200 {status} ", answers.Output);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Head_OfABody_IsAnsweredWithoutOne(string front, string way)
    {
        var head = await CurlAsync($"/{way}/download/1000", front, "-I", "-w", "%{http_code} %{size_download}");

        Assert.True(head.ExitCode == 0, head.Text);
        Assert.EndsWith("200 0", head.Output, StringComparison.Ordinal);
    }

    private Task<ProcessResult> CurlAsync(string target, params string[] options) =>
        Curl.GetAsync(proxy.Port, target, ["--cacert", proxy.Proxy.RootPath, .. options]);

    private ServerProcess StartCurl(string target, params string[] options) => ServerProcess.Start("curl",
    [
        "-q", "-sS", "--max-time", "20", "--noproxy", "*", "--cacert", proxy.Proxy.RootPath,
        "--resolve", string.Create(CultureInfo.InvariantCulture, $"{ProxyFixture.DefaultName}:{proxy.Port}:127.0.0.1"),
        .. options, proxy.Url + target,
    ]);
}
