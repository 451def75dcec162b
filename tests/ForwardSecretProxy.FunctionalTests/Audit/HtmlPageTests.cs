using System.Globalization;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit;

public class HtmlPageTests
{
    // It must not be able to end a text, an attribute or the style, nor to make the page wider than a phone.
    private const string Hostile = "</style></script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"' onmouseover='x";

    [Theory]
    [InlineData(360, "light")]
    [InlineData(360, "dark")]
    [InlineData(1280, "light")]
    public async Task Page_ServerWithAllSuites_FitsTheScreenAndComplainsOfNothing(int width, string scheme)
    {
        await using var browser = await Browser.StartAsync();
        using var folder = new TemporaryDirectory();
        var file = Path.Combine(folder.Path, "audit.html");
        await File.WriteAllTextAsync(file, HtmlPage.Write(Report()));

        await browser.LookAsync(width, scheme);
        await browser.OpenAsync(new Uri(file).AbsoluteUri);
        await browser.ReadAsync("document.querySelectorAll('details').forEach(each => each.open = true)");

        Assert.Empty(browser.Complaints);
        Assert.Equal(width.ToString(CultureInfo.InvariantCulture), await browser.ReadAsync("document.documentElement.scrollWidth"));
        Assert.Equal("TLS audit - fsp", await browser.ReadAsync("document.title"));
        Assert.Equal("0", await browser.ReadAsync("document.querySelectorAll('script, img, iframe, [onmouseover], [onerror]').length"));
        // Everything that is a text is on the screen, nothing is cut off by a box with its own scroll bar.
        Assert.Equal("0", await browser.ReadAsync(
            "[...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > innerWidth + 1).length"));
        Assert.NotEqual("rgba(0, 0, 0, 0)", await browser.ReadAsync("getComputedStyle(document.querySelector('.grade')).backgroundColor"));
        if (Environment.GetEnvironmentVariable("FSP_SCREENSHOTS") is { } screenshots)
            await File.WriteAllBytesAsync(Path.Combine(screenshots, $"audit-{width}-{scheme}.png"), await browser.ScreenshotAsync());
    }

    private static AuditReport Report()
    {
        var check = new CheckDescription("static-key-exchange", "Static key exchange", "Who gets the certificate's key later can read it all.",
            ["RFC 9325 section 4.1"], new Dictionary<string, string> { ["nginx"] = "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;", ["apache"] = "SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20" });
        var subject = new AuditedSubject("a-server-with-a-name-of-some-length.department.example.org:8443", SubjectKind.Endpoint)
        {
            Verdict = new Verdict("F", PastSessions.Open, "Past sessions are readable with the server's long-term secrets."),
            Endpoint = Everything(),
            Findings =
            [
                new Finding(check.Id, FindingLevel.Failure, Hostile) { Evidence = [Hostile, new string('f', 200)] },
                new Finding("ephemeral-key-reuse", FindingLevel.Failure, "The same key share came 12 times."),
                new Finding("tls12-tickets", FindingLevel.Warning, "How long their key lives cannot be seen."),
                new Finding("renegotiation", FindingLevel.Unexamined, "The server closed."),
                new Finding("http", FindingLevel.Note, "No header."),
                new Finding("heartbeat", FindingLevel.Pass, "Not answered."),
            ],
        };
        return new AuditReport
        {
            Tool = "fsp 0.1.0",
            At = DateTimeOffset.UnixEpoch,
            Checks = [check],
            Subjects = [subject, new AuditedSubject(Hostile, SubjectKind.Endpoint) { Error = Hostile }],
            Changes = new BaselineComparison(DateTimeOffset.UnixEpoch, [new BaselineChange(Hostile, true, Hostile)]),
        };
    }

    // The widest and longest there can be: every version, every suite with the longest names, every group.
    private static EndpointObservation Everything() => new()
    {
        Host = "example.org", Port = 8443, Address = "2001:db8::1", At = DateTimeOffset.UnixEpoch, Seconds = 9.5, Connections = 1312,
        Versions = [.. TlsVersions.All.Select(version => new VersionObservation(version, Answer.Yes)
        {
            Suites = [.. (version == TlsVersion.Tls13 ? CipherSuites.Tls13 : CipherSuites.Older).OrderByDescending(suite => suite.Name.Length).Take(30)],
        })],
        Groups = [.. new[] { TlsVersion.Tls12, TlsVersion.Tls13 }.Select(version => new GroupObservation(version, NamedGroups.All, Answer.Yes))],
        KeyShares =
        [
            new KeyShareObservation(TlsVersion.Tls12, "secp256r1", 16) { Repeated = [new RepeatedKeyShare(new string('a', 64), 12, 3.2)] },
            new KeyShareObservation(TlsVersion.Tls13, "X25519MLKEM768", 100),
        ],
        Gaps = [Hostile],
    };
}
