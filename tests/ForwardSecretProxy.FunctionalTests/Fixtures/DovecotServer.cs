using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A Dovecot of its own with one user, and then config/dovecot/fsp.conf: IMAP, POP3, ManageSieve, and for Postfix the
/// passwords and LMTP.
/// </summary>
internal sealed class DovecotServer : IAsyncDisposable
{
    /// <summary>Where it speaks IMAP.</summary>
    public const int Imap = 10143;

    /// <summary>Where it speaks POP3.</summary>
    public const int Pop3 = 10110;

    /// <summary>Where it speaks ManageSieve.</summary>
    public const int Sieve = 14190;

    /// <summary>The user's name and address.</summary>
    public const string User = "alice@example.test";

    // Of an account that every system has.
    private const int Nobody = 65534;

    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    private DovecotServer() => RunLog.AddSecret(Password, "mail user's password");

    /// <summary>The user's password.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Starts it, with its sockets for Postfix in <paramref name="sockets"/>, and waits until it listens.</summary>
    public static Task<DovecotServer> StartAsync(MovedPorts ports, string sockets) =>
        StartAsync(ports.Read("dovecot/fsp.conf", Imap, Pop3, Sieve), sockets);

    /// <summary>The same with other settings in the place of config/dovecot/fsp.conf.</summary>
    public static async Task<DovecotServer> StartAsync(string settings, string sockets)
    {
        var dovecot = new DovecotServer();
        var directory = dovecot._directory;
        directory.OpenToServices();
        var users = directory.Write("users", $"{User}:{{PLAIN}}{dovecot.Password}\n");
        File.SetUnixFileMode(users, File.GetUnixFileMode(users) | UnixFileMode.OtherRead);
        await ProcessRunner.RunAsync("install", ["-d", "-o", "nobody", "-m", "700", directory.File("mail")]);
        directory.Write("fsp.conf", settings);
        var configuration = directory.Write("dovecot.conf", dovecot.Configuration(sockets));
        dovecot._process = ServerProcess.Start("dovecot", ["-F", "-c", configuration]);
        await dovecot.WaitForLineAsync("starting up");
        return dovecot;
    }

    /// <summary>The first line of its log, written already or still to come, that holds all the texts.</summary>
    public Task<string> WaitForLineAsync(params string[] texts) =>
        _process!.WaitForLineAsync(line => texts.All(text => line.Contains(text, StringComparison.Ordinal)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.StopAsync();
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    // TLS is on, with the certificate that Debian's package comes with, as it is there.
    private string Configuration(string sockets) => $$"""
        base_dir = {{_directory.File("run")}}
        state_dir = {{_directory.File("state")}}
        log_path = /dev/stderr
        protocols = imap pop3 lmtp sieve
        ssl = yes
        ssl_cert = </etc/ssl/certs/ssl-cert-snakeoil.pem
        ssl_key = </etc/ssl/private/ssl-cert-snakeoil.key
        mail_location = maildir:{{_directory.File("mail/%u")}}
        first_valid_uid = {{Nobody}}
        last_valid_uid = {{Nobody}}
        first_valid_gid = {{Nobody}}
        passdb {
          driver = passwd-file
          args = {{_directory.File("users")}}
        }
        userdb {
          driver = static
          args = uid={{Nobody}} gid={{Nobody}} home={{_directory.File("mail/%u")}}
        }
        service auth {
          unix_listener {{sockets}}/auth {
            mode = 0600
            user = postfix
          }
        }
        service lmtp {
          unix_listener {{sockets}}/dovecot-lmtp {
            mode = 0600
            user = postfix
          }
        }
        !include fsp.conf

        """;
}
