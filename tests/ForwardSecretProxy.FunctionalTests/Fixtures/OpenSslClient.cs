using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The <c>openssl s_client</c> program: an independent TLS client that says what was negotiated.</summary>
internal static class OpenSslClient
{
    // Kept open by -ign_eof until the server closes, so that session tickets arrive too.
    private const string Request = "GET / HTTP/1.1\r\nHost: web.example.test\r\nConnection: close\r\n\r\n";

    /// <summary>Connects, makes one HTTP/1.1 request, and reports.</summary>
    /// <param name="port">On 127.0.0.1.</param>
    /// <param name="options">Further options of s_client, separated by blanks.</param>
    public static Task<TlsReport> RequestAsync(int port, string options = "") =>
        RunAsync(port, "-ign_eof " + options, Request);

    /// <summary>Connects with other input than an HTTP request.</summary>
    public static async Task<TlsReport> RunAsync(int port, string options, string input) =>
        new(await ProcessRunner.RunAsync("openssl", Arguments(port, options), input));

    /// <summary>Connects, says nothing, and goes away when s_client has written a line that holds the text.</summary>
    public static async Task WaitForAsync(int port, string options, string text)
    {
        // Into a pipe s_client would write its lines when it ends.
        await using var client = ServerProcess.Start("stdbuf", ["-oL", "openssl", .. Arguments(port, options)]);
        await client.WaitForLineAsync(line => line.Contains(text, StringComparison.Ordinal));
    }

    private static string[] Arguments(int port, string options) =>
    [
        "s_client", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
        .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];
}
