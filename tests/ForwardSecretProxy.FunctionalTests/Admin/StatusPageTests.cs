using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.FunctionalTests.Serving;

namespace ForwardSecretProxy.FunctionalTests.Admin;

/// <summary>
/// The status page in headless Chromium. With FSP_SCREENSHOTS set to a directory, what was looked at is kept there.
/// </summary>
[Collection(OwnProxy.Name)]
public sealed class StatusPageTests(ProxyFixture proxy) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [ChromiumFact]
    public async Task Page_BeforeAndAfterTheFirstClient_ShowsItByItself()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        await using var browser = await Browser.StartAsync();
        await browser.LookAsync(1200, "light");
        await browser.OpenAsync($"http://{admin.Address}/");
        Assert.Equal("Ready", await browser.ReadAsync("document.querySelector('h1').textContent"));
        Assert.Equal("No client has come yet.", await browser.ReadAsync("document.querySelector('[data-chart=version] .empty').textContent"));
        await KeepAsync(browser, "empty");

        Assert.Equal(0, (await Curl.GetAsync(admin.Port, "/a-path-4711", "--cacert", proxy.RootPath)).ExitCode);
        Assert.True((await OpenSslClient.RequestAsync(admin.Port, "-tls1_2 -groups P-384")).Connected);
        Assert.False((await OpenSslClient.RequestAsync(admin.Port, "-tls1_1 -cipher ALL:@SECLEVEL=0")).Connected);

        // Nobody reloads: the page asks by itself.
        await browser.WaitForAsync("document.querySelector('[data-chart=result]')?.textContent.includes('failed: refused')");
        foreach (var (chart, shown) in ((string, string[])[])
            [("version", ["TLS 1.3", "TLS 1.2"]), ("group", ["X25519", "P-384"]), ("cipherSuite", ["TLS_AES_128_GCM_SHA256"])])
        {
            var text = await browser.ReadAsync($"document.querySelector('[data-chart={chart}]').textContent");
            Assert.All(shown, each => Assert.Contains(each, text, StringComparison.Ordinal));
            var label = await browser.ReadAsync($"document.querySelector('[data-chart={chart}] svg').getAttribute('aria-label')");
            Assert.All(shown, each => Assert.Contains(each, label, StringComparison.Ordinal));
            Assert.Equal("true", await browser.ReadAsync($"document.querySelectorAll('[data-chart={chart}] tbody td').length > 0"));
            Assert.Equal("true", await browser.ReadAsync($"document.querySelectorAll('[data-chart={chart}] svg rect').length > 1"));
        }

        var page = await browser.ReadAsync("document.body.innerText");
        foreach (var shown in (string[])[ProxyFixture.DefaultName, "pkcs11:token=fsp;object=web-ecdsa", "ECDSA P-256", "RSA 2048", "passed all"])
            Assert.Contains(shown, page, StringComparison.Ordinal);
        Assert.Contains("CKA_NEVER_EXTRACTABLE", await browser.ReadAsync("document.querySelector('.gate').textContent"), StringComparison.Ordinal);
        foreach (var secret in (string[])["/a-path-4711", proxy.Token.Pin, proxy.Token.PinFile])
            Assert.DoesNotContain(secret, await browser.ReadAsync("document.documentElement.outerHTML"), StringComparison.Ordinal);
        Assert.Empty(browser.Complaints);
        await KeepAsync(browser, "traffic-light");
    }

    [ChromiumFact]
    public async Task Page_PhoneAndDesktopLightAndDark_FitAndDiffer()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        Assert.True((await OpenSslClient.RequestAsync(admin.Port)).Connected);
        await using var browser = await Browser.StartAsync();
        var grounds = new Dictionary<string, string>();
        foreach (var width in (int[])[360, 768, 1200])
        {
            foreach (var scheme in (string[])["light", "dark"])
            {
                await browser.LookAsync(width, scheme);
                await browser.OpenAsync($"http://{admin.Address}/");
                await browser.ReadAsync("document.querySelectorAll('details').forEach(each => each.open = true)");

                // The control: at this width the browser does have this many pixels.
                Assert.Equal(width.ToString(CultureInfo.InvariantCulture), await browser.ReadAsync("innerWidth"));
                Assert.Equal("", await browser.ReadAsync("""
                    [...document.querySelectorAll('body *')]
                      .filter(each => !each.closest('.scroll, svg') && each.getBoundingClientRect().right > innerWidth + 0.5)
                      .map(each => each.outerHTML.slice(0, 80)).join('\n')
                    """));
                Assert.Equal("true", await browser.ReadAsync("document.documentElement.scrollWidth <= innerWidth"));
                grounds[scheme] = await browser.ReadAsync("getComputedStyle(document.body).backgroundColor");
                await KeepAsync(browser, $"{width}-{scheme}");
            }
        }

        Assert.NotEqual(grounds["light"], grounds["dark"]);
        Assert.Empty(browser.Complaints);
    }

    [ChromiumFact]
    public async Task Page_ServerGone_SaysSo()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync($"http://{admin.Address}/");
        Assert.Equal("true", await browser.ReadAsync("document.getElementById('stale').hidden"));

        Assert.Equal(0, await admin.Process.StopAsync());

        await browser.WaitForAsync("!document.getElementById('stale').hidden");
    }

    [Fact]
    public async Task Page_Headers_LetItsOwnScriptRunAndNothingElse()
    {
        await using var admin = await AdminProxy.StartAsync(proxy, _directory);

        var answer = (await admin.GetAsync("/", "-i")).Body;

        Assert.Contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-", answer.Split("\r\n\r\n")[0], StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|href)=["']?(https?:)?//""", answer);
    }

    private static async Task KeepAsync(Browser browser, string name)
    {
        if (Environment.GetEnvironmentVariable("FSP_SCREENSHOTS") is { Length: > 0 } directory)
            await File.WriteAllBytesAsync(Path.Combine(directory, $"status-{name}.png"), await browser.ScreenshotAsync());
    }
}
