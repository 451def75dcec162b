namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A session that somebody recorded on the wire, and the key log of its client.</summary>
internal sealed record Recording(string Capture, int Port, string KeyLog)
{
    /// <summary>Makes one request with s_client through a tap.</summary>
    public static async Task<Recording> MakeAsync(TemporaryDirectory directory, int port, string options)
    {
        var recording = new Recording(directory.File("recording.pcap"), port, directory.File("client-keys"));
        await using var tap = new WireTap(port, recording.Capture);
        var report = await OpenSslClient.RequestAsync(tap.Port, $"{options} -keylogfile {recording.KeyLog}");
        Assert.True(report.Connected, report.Process.Text);
        // Each line of a key log ends with a secret of the session: the proxy knew it too.
        foreach (var line in File.ReadLines(recording.KeyLog).Where(line => !line.StartsWith('#')))
            RunLog.AddSecret(line.Split(' ')[^1], "session secret");
        return recording;
    }

    /// <summary>Its HTTP, as far as the keys open it: the request's method and the response's status.</summary>
    public Task<IReadOnlyList<string>> ReadHttpAsync(string? keyLog = null, string? privateKey = null) =>
        Tshark.ReadHttpAsync(Capture, Port, keyLog, privateKey);
}
