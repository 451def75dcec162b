using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The <c>curl</c> program, told that the default name is at 127.0.0.1.</summary>
internal static class Curl
{
    /// <summary>Makes a request to <paramref name="port"/> with further options.</summary>
    public static Task<ProcessResult> GetAsync(int port, string target, params string[] options) =>
        ProcessRunner.RunAsync("curl",
        [
            "-q", "-sS", "--max-time", "20", "--noproxy", "*",
            "--resolve", string.Create(CultureInfo.InvariantCulture, $"{ProxyFixture.DefaultName}:{port}:127.0.0.1"),
            .. options,
            string.Create(CultureInfo.InvariantCulture, $"https://{ProxyFixture.DefaultName}:{port}{target}"),
        ]);
}
