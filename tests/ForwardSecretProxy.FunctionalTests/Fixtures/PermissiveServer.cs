using System.Globalization;
using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// <c>openssl s_server</c> with keys on disk, set to accept what the proxy must refuse. It is the control of every
/// refusal: the same client succeeds here, so it really offers what it is said to offer.
/// </summary>
internal sealed class PermissiveServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Its RSA private key in PEM, on disk as no proxy key ever is.</summary>
    public string RsaKeyPath => _directory.File("rsa.key");

    /// <summary>Starts it with further options of s_server, separated by blanks.</summary>
    /// <param name="options">The options.</param>
    /// <param name="answersHttp">It then closes after each answer; -early_data does not go with it.</param>
    public static async Task<PermissiveServer> StartAsync(string options, bool answersHttp = true)
    {
        var server = new PermissiveServer();
        using var authority = new TestAuthority();
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var directory = server._directory;
        string[] arguments =
        [
            "s_server", "-accept", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}"),
            "-cert", directory.Write("rsa.pem", authority.Issue(rsa.ExportSubjectPublicKeyInfo(), "control")),
            "-key", directory.Write("rsa.key", rsa.ExportPkcs8PrivateKeyPem()),
            "-dcert", directory.Write("ec.pem", authority.Issue(ecdsa.ExportSubjectPublicKeyInfo(), "control")),
            "-dkey", directory.Write("ec.key", ecdsa.ExportPkcs8PrivateKeyPem()),
            .. answersHttp ? (string[])["-www"] : [],
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
        server._process = ServerProcess.Start("openssl", arguments);
        await server._process.WaitForLineAsync(line => line.StartsWith("ACCEPT", StringComparison.Ordinal));
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _directory.Dispose();
    }
}
