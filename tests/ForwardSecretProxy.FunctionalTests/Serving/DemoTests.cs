using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Serving;

/// <summary><c>fsp demo</c> as a newcomer runs it, looked at with curl and a browser.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    // With mail it listens on the next one, too.
    private readonly int _port = FreePort.Next(inARow: 2);

    public void Dispose() => _directory.Dispose();

    private string Certificate => Path.Combine(_directory.Path, "demo", "localhost.pem");

    [Fact]
    public async Task Demo_FromNothing_ShowsTheVisitorsConnectionAndStopsCleanly()
    {
        var demo = await StartAsync();
        ProcessResult page;
        await using (demo)
        {
            page = await ProcessRunner.RunAsync("curl", ["-sS", "--max-time", "20", "--cacert", Certificate, Url]);
            await demo.SignalAsync("INT");
            Assert.Equal(0, await demo.WaitForExitAsync());
        }

        Assert.True(page.ExitCode == 0, page.Text);
        foreach (var shown in (string[])["TLSv1.3", "TLS_AES_128_GCM_SHA256", "ecdsa_secp256r1_sha256", "localhost", "h2"])
            Assert.Contains(shown, page.Output, StringComparison.Ordinal);
        Assert.Contains(demo.Lines, line => line.Contains("curl --cacert", StringComparison.Ordinal));
        Assert.Contains(demo.Lines, line => line.Contains("openssl s_client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Demo_Again_UsesTheTokenAndKeyThatAreThere()
    {
        await RunOnceAsync();
        var first = await File.ReadAllTextAsync(Certificate);
        await RunOnceAsync();

        Assert.Equal(first, await File.ReadAllTextAsync(Certificate));
    }

    [Fact]
    public async Task Demo_InFrontOfAService_PassesRequestsOn()
    {
        await using var backend = await KestrelBackend.StartAsync();
        await using var demo = await StartAsync("--upstream", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{backend.Http1Port}"));

        var answer = await ProcessRunner.RunAsync(
            "curl", ["-sS", "--max-time", "20", "--cacert", Certificate, Url + "some/path"]);

        Assert.True(answer.ExitCode == 0, answer.Text);
        Assert.Contains("/some/path", answer.Output, StringComparison.Ordinal);
        Assert.Equal(0, await demo.StopAsync());
    }

    [Fact]
    public async Task Demo_Mail_TakesAMessageByStartTlsAndGivesItOutByPop3()
    {
        await using var demo = await StartAsync("--mail");
        var message = _directory.Write("message", "Subject: hello\r\n\r\nfrom me\r\n.with a dot\r\n");
        var smtp = string.Create(CultureInfo.InvariantCulture, $"smtp://localhost:{_port}");
        string[] envelope = ["--mail-from", "me@example.com", "--mail-rcpt", "demo@localhost", "-T", message];

        var inTheClear = await Curl([smtp, .. envelope]);
        var sent = await Curl(["--ssl-reqd", smtp, .. envelope]);
        var read = await Curl(["-u", "demo:demo", string.Create(CultureInfo.InvariantCulture, $"pop3s://localhost:{_port + 1}/1")]);

        Assert.Contains("530", inTheClear.Text, StringComparison.Ordinal);
        Assert.True(sent.ExitCode == 0, sent.Text);
        Assert.Equal("Subject: hello\r\n\r\nfrom me\r\n.with a dot\r\n", read.Output);
        Assert.Equal(0, await demo.StopAsync());

        Task<ProcessResult> Curl(string[] arguments) =>
            ProcessRunner.RunAsync("curl", ["-sS", "--max-time", "20", "--cacert", Certificate, .. arguments]);
    }

    [ChromiumFact]
    public async Task Demo_InABrowser_IsShownOverHttp2()
    {
        await using var demo = await StartAsync();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Certificate);
        var pin = Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--user-data-dir={_directory.File("browser")}", $"--ignore-certificate-errors-spki-list={pin}",
            "--dump-dom", Url,
        ];

        var page = await ProcessRunner.RunAsync("chromium", arguments, timeout: TimeSpan.FromSeconds(60));

        Assert.Contains("<b>h2 (HTTP/2)</b>", page.Output, StringComparison.Ordinal);
        Assert.Contains("<b>TLSv1.3</b>", page.Output, StringComparison.Ordinal);
        Assert.Contains("<b>ecdsa_secp256r1_sha256</b>", page.Output, StringComparison.Ordinal);
    }

    private string Url => string.Create(CultureInfo.InvariantCulture, $"https://localhost:{_port}/");

    private async Task RunOnceAsync()
    {
        await using var demo = await StartAsync();
        Assert.Equal(0, await demo.StopAsync());
    }

    private async Task<ServerProcess> StartAsync(params string[] more)
    {
        var demo = ServerProcess.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "fsp.dll"), "demo", "--directory", _directory.File("demo"),
            "--port", _port.ToString(CultureInfo.InvariantCulture), .. more,
        ]);
        await demo.WaitForLineAsync(line => line.Contains("Ctrl-C stops it", StringComparison.Ordinal));
        return demo;
    }
}

/// <summary>A test that needs Chromium, which not every machine can install.</summary>
internal sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (ProcessRunner.Find("chromium") is null)
            Skip = "Chromium is not installed.";
    }
}

/// <summary>Tests that need Chromium, which not every machine can install.</summary>
internal sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute()
    {
        if (ProcessRunner.Find("chromium") is null)
            Skip = "Chromium is not installed.";
    }
}
