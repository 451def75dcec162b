using System.Security.Cryptography;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// An Exim of its own with one user, and config/exim/fsp.conf. Its package cannot be installed beside Postfix, so tests/run.sh only
/// unpacks it; what it would find installed (itself, its account) is put in place for this process alone.
/// </summary>
internal sealed class EximServer : IAsyncDisposable
{
    /// <summary>Where it takes mail.</summary>
    public const int Smtp = 10025;

    /// <summary>Where users send mail.</summary>
    public const int Submission = 10587;

    /// <summary>The user's name.</summary>
    public const string User = "alice";

    // Where its account stands for another name of this one.
    private const int Nobody = 65534;

    private static readonly string[] Libraries = ["usr/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"];

    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;
    private ServerProcess? _log;

    private EximServer() => RunLog.AddSecret(Password, "mail user's password");

    /// <summary>The user's password.</summary>
    public string Password { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    private string Program => _directory.File("exim/usr/sbin/exim4");

    /// <summary>Starts it, and waits until it listens.</summary>
    public static async Task<EximServer> StartAsync(MovedPorts ports)
    {
        var exim = new EximServer();
        var directory = exim._directory;
        directory.OpenToServices();
        Directory.CreateDirectory(directory.File("exim"));
        foreach (var name in (string[])["spool", "log", "mail"])
            await ProcessRunner.RunAsync("install", ["-d", "-o", "nobody", directory.File(name)]);
        directory.Write("fsp.conf", ports.Read("exim/fsp.conf", Smtp, Submission));
        directory.Write("exim.conf", exim.Configuration());
        exim._process = ServerProcess.Start("unshare", ["--mount", "sh", "-ec", exim.Start()], exim.Environment());
        exim._log = ServerProcess.Start("tail", ["-n", "+1", "-s", "0.05", "-F", directory.File("log/main"), directory.File("log/panic")]);
        await exim.WaitForLineAsync("daemon started");
        return exim;
    }

    /// <summary>The first line of its log, written already or still to come, that holds all the texts.</summary>
    public Task<string> WaitForLineAsync(params string[] texts) =>
        _log!.WaitForLineAsync(line => texts.All(text => line.Contains(text, StringComparison.Ordinal)));

    /// <summary>The messages in the user's mailbox.</summary>
    public IEnumerable<string> Messages() =>
        Directory.EnumerateFiles(_directory.File($"mail/{User}/new")).Select(File.ReadAllText);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process!.StopAsync();
        await _process.DisposeAsync();
        await _log!.DisposeAsync();
        _directory.Dispose();
    }

    private static string Package()
    {
        var cache = System.Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(System.Environment.GetEnvironmentVariable("HOME") ?? "/root", ".cache");
        var package = Path.Combine(cache, "fsp-tests", "exim4-daemon-heavy");
        Assert.True(Directory.Exists(package), $"There is no {package}: run tests/unpack-package.sh exim4-daemon-heavy.");
        return package;
    }

    private Dictionary<string, string?> Environment() => new()
    {
        ["LD_LIBRARY_PATH"] = string.Join(':', Libraries.Select(library => _directory.File("exim/" + library))),
    };

    // It looks its account up by name.
    private string Start()
    {
        var accounts = _directory.Write("passwd", File.ReadAllText("/etc/passwd") + $"Debian-exim:x:{Nobody}:{Nobody}::/:/bin/false\n");
        var groups = _directory.Write("group", File.ReadAllText("/etc/group") + $"Debian-exim:x:{Nobody}:\n");
        foreach (var file in (string[])[accounts, groups])
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return $"""
            mount --bind {accounts} /etc/passwd
            mount --bind {groups} /etc/group
            mount --bind {Package()} {_directory.File("exim")}
            exec {Program} -bdf -C {_directory.File("exim.conf")}
            """;
    }

    // As Debian's: the macros, who may relay, and the authenticator that asks for TLS unless a macro says otherwise.
    private string Configuration() => $$$"""
        exim_path = {{{Program}}}
        keep_environment = LD_LIBRARY_PATH
        deliver_drop_privilege
        spool_directory = {{{_directory.File("spool")}}}
        log_file_path = {{{_directory.File("log/%s")}}}
        pid_file_path = {{{_directory.File("exim.pid")}}}
        primary_hostname = mail.example.test
        .include {{{_directory.File("fsp.conf")}}}
        .ifdef MAIN_LOCAL_INTERFACES
        local_interfaces = MAIN_LOCAL_INTERFACES
        .endif
        hostlist relay_from_hosts = 127.0.0.1
        acl_smtp_rcpt = recipient
        acl_smtp_data = anything

        begin acl
        recipient:
          accept hosts = +relay_from_hosts
          accept authenticated = *
          require message = relay not permitted
            domains = example.test
          accept

        anything:
          accept

        begin routers
        users:
          driver = accept
          domains = example.test
          local_parts = {{{User}}}
          transport = mailbox

        begin transports
        mailbox:
          driver = appendfile
          directory = {{{_directory.File("mail/" + User)}}}
          maildir_format
          user = Debian-exim

        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if eq{$auth2:$auth3}{{{{User}}}:{{{Password}}}}}
          server_set_id = $auth2
          .ifndef AUTH_SERVER_ALLOW_NOTLS_PASSWORDS
          server_advertise_condition = ${if eq{$tls_in_cipher}{}{}{*}}
          .endif

        """;
}
