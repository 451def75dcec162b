namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// A Postfix of its own: what Debian installs, with Dovecot for passwords and mailboxes, and then config/postfix/*.fsp or what a
/// test puts in their place.
/// </summary>
internal sealed class PostfixServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _process;

    /// <summary>Where postscreen, and smtpd behind it, takes mail.</summary>
    public const int Smtp = 10025;

    /// <summary>Where users send mail.</summary>
    public const int Submission = 10587;

    /// <summary>The directory where other servers put their sockets.</summary>
    public string SocketDirectory => _directory.File("queue/private");

    private string Configuration => _directory.File("etc");

    /// <summary>Makes what it needs, and the place for the others' sockets; nothing runs yet.</summary>
    public static Task<PostfixServer> PrepareAsync(MovedPorts ports) =>
        PrepareAsync(ports.Read("postfix/main.cf.fsp"), ports.Read("postfix/master.cf.fsp", Smtp, Submission));

    /// <summary>The same with other settings (main.cf) and services (master.cf).</summary>
    public static async Task<PostfixServer> PrepareAsync(string settings, string services)
    {
        var postfix = new PostfixServer();
        postfix._directory.OpenToServices();
        await RunAsync("install", "-d", "-m", "755", postfix.Configuration, postfix._directory.File("queue"));
        await RunAsync("install", "-d", "-m", "700", "-o", "postfix", postfix.SocketDirectory, postfix._directory.File("data"));
        postfix._directory.Write("etc/main.cf", postfix.Main() + settings);
        postfix._directory.Write("etc/master.cf", File.ReadAllText("/usr/share/postfix/master.cf.dist") + services);
        return postfix;
    }

    /// <summary>Starts it, and waits until it listens.</summary>
    public async Task StartAsync()
    {
        _process = ServerProcess.Start("postfix", ["-c", Configuration, "start-fg"]);
        await WaitForLineAsync("daemon started");
    }

    /// <summary>The first line of its log, written already or still to come, that holds all the texts.</summary>
    public Task<string> WaitForLineAsync(params string[] texts) =>
        _process!.WaitForLineAsync(line => texts.All(text => line.Contains(text, StringComparison.Ordinal)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await RunAsync("postfix", "-c", Configuration, "stop");
            await _process.WaitForExitAsync();
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    // The certificate is the one that Debian's package comes with, and TLS is on as it is there.
    private string Main() => $"""
        compatibility_level = 3.6
        queue_directory = {_directory.File("queue")}
        data_directory = {_directory.File("data")}
        maillog_file = /dev/stdout
        myhostname = mail.example.test
        inet_interfaces = loopback-only
        mynetworks = 127.0.0.1/32 [::1]/128
        mydestination =
        alias_maps =
        smtpd_peername_lookup = no
        postscreen_greet_wait = 1s
        message_size_limit = 52428800
        virtual_mailbox_domains = example.test
        virtual_transport = lmtp:unix:private/dovecot-lmtp
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = private/auth
        smtpd_tls_security_level = may
        smtpd_tls_auth_only = yes
        smtpd_tls_cert_file = /etc/ssl/certs/ssl-cert-snakeoil.pem
        smtpd_tls_key_file = /etc/ssl/private/ssl-cert-snakeoil.key


        """;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var result = await ProcessRunner.RunAsync(program, arguments);
        Assert.True(result.ExitCode == 0, result.Text);
    }
}
