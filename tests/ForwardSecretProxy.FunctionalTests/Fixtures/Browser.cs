using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// One page of headless Chromium, driven by the DevTools protocol: a phone's width, dark or light, and what the page's
/// own script made of it.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly TemporaryDirectory _profile;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private int _lastId;

    private Browser(TemporaryDirectory profile, Process process)
    {
        _profile = profile;
        _process = process;
    }

    /// <summary>What the page and the browser complained about: errors of scripts and of the content policy.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Starts it with an empty page.</summary>
    public static async Task<Browser> StartAsync()
    {
        var profile = new TemporaryDirectory();
        var process = Process.Start(ProcessRunner.StartInfo("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--hide-scrollbars",
            $"--user-data-dir={profile.Path}", "about:blank",
        ], null))!;
        _ = process.StandardOutput.ReadToEndAsync();
        var browser = new Browser(profile, process);
        try
        {
            await browser.AttachAsync(await ReadPortAsync(process));
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
        return browser;
    }

    /// <summary>Sets the width in CSS pixels and the colour scheme, <c>light</c> or <c>dark</c>.</summary>
    public async Task LookAsync(int width, string scheme)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600,
        });
        await CallAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
        });
    }

    /// <summary>Loads a page and waits until it has.</summary>
    public async Task OpenAsync(string url)
    {
        await CallAsync("Page.navigate", new JsonObject { ["url"] = url });
        await WaitForAsync("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// <summary>Waits until an expression is true; the page's own changes wake it.</summary>
    public async Task WaitForAsync(string expression) => Assert.Equal("true", await ReadAsync($$"""
        new Promise(resolve => {
          const test = () => { if ({{expression}}) { resolve('true'); return true; } return false; };
          if (test()) return;
          const watch = new MutationObserver(() => { if (test()) watch.disconnect(); });
          watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
          addEventListener('load', test);
          setTimeout(() => resolve('not within 15 s: ' + document.documentElement.outerHTML), 15000);
        })
        """));

    /// <summary>The value of an expression, as text.</summary>
    public async Task<string> ReadAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true,
        });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"]?.ToString() ?? "";
    }

    /// <summary>The whole page as a PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        var answer = await CallAsync("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true });
        return Convert.FromBase64String((string)answer["data"]!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _profile.Dispose();
    }

    private static async Task<int> ReadPortAsync(Process process)
    {
        const string start = "DevTools listening on ws://127.0.0.1:";
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            if (!line.StartsWith(start, StringComparison.Ordinal))
                continue;
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            return int.Parse(line[start.Length..].Split('/')[0], CultureInfo.InvariantCulture);
        }
        throw new InvalidOperationException("Chromium ended.");
    }

    private async Task AttachAsync(int port)
    {
        using var http = new HttpClient();
        var targets = JsonNode.Parse(await http.GetStringAsync($"http://127.0.0.1:{port}/json"))!.AsArray();
        var page = targets.First(target => (string)target!["type"]! == "page")!;
        await _socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), CancellationToken.None);
        foreach (var domain in (string[])["Page", "Runtime", "Log"])
            await CallAsync(domain + ".enable", []);
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var id = ++_lastId;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            var message = await ReceiveAsync(limit.Token);
            if ((int?)message["id"] == id)
                return message["result"] ?? throw new InvalidOperationException(message.ToJsonString());
            if ((string?)message["method"] is "Log.entryAdded" or "Runtime.exceptionThrown")
                Complaints.Add(message["params"]!.ToJsonString());
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        WebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(buffer, cancellationToken);
            message.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
