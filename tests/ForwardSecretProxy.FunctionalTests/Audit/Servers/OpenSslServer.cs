using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary><c>openssl s_server</c>. It answers one connection after the other.</summary>
internal static class OpenSslServer
{
    private static readonly string[] NoCertificate = ["-nocert"];

    /// <summary>Starts it with further options, separated by blanks, and up to two certificates.</summary>
    /// <remarks>It answers HTTP with a page, unless it takes early data, with which that does not go.</remarks>
    public static async Task<AuditedServer> StartAsync(string options, params ServerIdentity[] identities)
    {
        var port = FreePort.Next();
        var process = ServerProcess.Start("openssl",
        [
            "s_server", "-accept", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"),
            .. identities.Length > 0 ? First(identities[0]) : NoCertificate,
            .. identities.Length > 1 ? Second(identities[1]) : [],
            .. options.Contains("-early_data", StringComparison.Ordinal) ? [] : (string[])["-www"],
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ]);
        await process.WaitForLineAsync(line => line.StartsWith("ACCEPT", StringComparison.Ordinal));
        return new AuditedServer(port, process);
    }

    private static string[] First(ServerIdentity identity) =>
        ["-cert", identity.ChainFile, "-cert_chain", identity.IssuersFile, "-key", identity.KeyFile];

    private static string[] Second(ServerIdentity identity) =>
        ["-dcert", identity.ChainFile, "-dcert_chain", identity.IssuersFile, "-dkey", identity.KeyFile];
}
