using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Reads a capture as an eavesdropper would, with whatever keys he has.</summary>
internal static class Tshark
{
    /// <summary>
    /// The HTTP lines found in the capture: requests' methods and responses' status codes. Empty when nothing opened.
    /// </summary>
    /// <param name="capture">The capture file.</param>
    /// <param name="tlsPort">The port whose payload is TLS.</param>
    /// <param name="keyLog">A client's key log; null for none.</param>
    /// <param name="privateKey">The server's private key in PEM; null for none.</param>
    public static async Task<IReadOnlyList<string>> ReadHttpAsync(
        string capture, int tlsPort, string? keyLog = null, string? privateKey = null)
    {
        List<string> arguments =
        [
            "-n", "-r", capture,
            "-d", string.Create(CultureInfo.InvariantCulture, $"tcp.port=={tlsPort},tls"),
            "-o", "http.desegment_body:FALSE",
            "-Y", "http || http2",
            "-T", "fields", "-e", "http.request.method", "-e", "http.response.code",
        ];
        if (keyLog is not null)
            arguments.AddRange(["-o", $"tls.keylog_file:{keyLog}"]);
        if (privateKey is not null)
            arguments.AddRange(["-o", $"uat:rsa_keys:\"{privateKey}\",\"\""]);
        var result = await ProcessRunner.RunAsync("tshark", arguments, timeout: TimeSpan.FromSeconds(60));
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output.Split(['\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
