using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Auditing;
using ForwardSecretProxy.FunctionalTests.Fixtures;
using ForwardSecretProxy.Tests.Audit.Configurations;

namespace ForwardSecretProxy.FunctionalTests.Audit.Configurations;

/// <summary>The readers of configurations, held against the programs whose they are.</summary>
public sealed partial class ConfigurationReaderTests
{
    private static readonly string Data = Repository.Path("tests/ForwardSecretProxy.Tests/Audit/Configurations/Data");

    [Fact]
    public async Task Nginx_Running_SpeaksWhatTheReaderSaw()
    {
        var port = FreePort.Next();
        using var folder = Folder("nginx/bad", port, FreePort.Next());
        AllowOldVersions(folder, "nginx.conf", "!aNULL");
        // The program refuses what the audit finds.
        folder.Replace("snippets/dh.conf", "dh1024", "dh2048");
        await using var nginx = ServerProcess.Start("nginx", ["-e", "stderr", "-c", folder.PathOf("nginx.conf")]);
        await nginx.WaitForLineAsync(line => line.Contains("start worker process", StringComparison.Ordinal));

        var service = Assert.Single(Observe(folder, "nginx.conf").Services);

        Assert.Equal(await RealServer.VersionsAsync(port), service.Versions.Value);
        var suites = await RealServer.SuitesAsync(port);
        Assert.Contains(suites, suite => !suite.IsEphemeral);
        Assert.Equal(suites, ForRsa(service));
        await nginx.StopAsync();
    }

    [Fact]
    public async Task Nginx_Dump_HasTheFilesThatTheReaderRead()
    {
        using var folder = Folder("nginx/bad", FreePort.Next(), FreePort.Next());
        folder.Replace("snippets/dh.conf", "dh1024", "dh2048");

        var dump = await ProcessRunner.RunAsync("nginx", ["-T", "-e", "stderr", "-c", folder.PathOf("nginx.conf")]);

        Assert.True(dump.ExitCode == 0, dump.Text);
        Assert.Equal(NginxFile().Matches(dump.Output).Select(match => match.Groups[1].Value).Order(), Observe(folder, "nginx.conf").Files.Order());
    }

    [Fact]
    public async Task HaProxy_Running_SpeaksWhatTheReaderSaw()
    {
        var (web, list) = (FreePort.Next(), FreePort.Next());
        using var folder = Folder("haproxy/bad", web, FreePort.Next(), list);
        AllowOldVersions(folder, "haproxy.cfg", "!aNULL");
        folder.Replace("haproxy.cfg", "default-dh-param 1024", "default-dh-param 2048");
        var check = await ProcessRunner.RunAsync("haproxy", ["-c", "-f", folder.PathOf("haproxy.cfg")]);
        Assert.True(check.ExitCode == 0, check.Text);
        await using var haproxy = ServerProcess.Start("haproxy", ["-db", "-f", folder.PathOf("haproxy.cfg")]);
        await FreePort.WaitUntilTakenAsync(web);
        await FreePort.WaitUntilTakenAsync(list);

        var services = Observe(folder, "haproxy.cfg").Services;

        var first = services.Single(service => service.Name == $"frontend web on 127.0.0.1:{web}");
        Assert.Equal(await RealServer.VersionsAsync(web), first.Versions.Value);
        Assert.Equal(await RealServer.SuitesAsync(web), ForRsa(first));
        var second = services.Single(service => service.Name == $"frontend list on 127.0.0.1:{list}");
        Assert.Equal(await RealServer.VersionsAsync(list), second.Versions.Value);
        Assert.Equal(await RealServer.SuitesAsync(list), ForRsa(second));
    }

    [Theory]
    [InlineData("", new[] { TlsVersion.Tls12, TlsVersion.Tls13 })]
    [InlineData("no-sslv3", new[] { TlsVersion.Tls12, TlsVersion.Tls13 })]
    [InlineData("no-tlsv13", new[] { TlsVersion.Tls12 })]
    [InlineData("ssl-max-ver TLSv1.1", new[] { TlsVersion.Tls11 })]
    [InlineData("force-tlsv11", new[] { TlsVersion.Tls11 })]
    [InlineData("ssl-min-ver TLSv1.1 no-tlsv11", new[] { TlsVersion.Tls11, TlsVersion.Tls12, TlsVersion.Tls13 })]
    public async Task HaProxy_VersionOptions_MeanWhatTheReaderTakesThemFor(string options, TlsVersion[] expected)
    {
        var port = FreePort.Next();
        using var folder = new ConfigurationFolder(null);
        folder.Write("haproxy.cfg", $"""
            global
              maxconn 16
              ssl-default-bind-ciphers ALL:@SECLEVEL=0
            defaults
              mode http
              timeout connect 5s
              timeout client 5s
              timeout server 5s
            frontend web
              bind 127.0.0.1:{port} ssl crt {folder.PathOf("web.pem")} {options}

            """);
        await using var haproxy = ServerProcess.Start("haproxy", ["-db", "-f", folder.PathOf("haproxy.cfg")]);
        await FreePort.WaitUntilTakenAsync(port);

        Assert.Equal(expected, Assert.Single(Observe(folder, "haproxy.cfg").Services).Versions.Value);
        Assert.Equal(expected, await RealServer.VersionsAsync(port));
    }

    [Fact]
    public async Task Apache_Running_SpeaksWhatTheReaderSaw()
    {
        var port = FreePort.Next();
        using var folder = Folder("apache/bad", port, FreePort.Next());
        AllowOldVersions(folder, "apache2.conf", "!aNULL");
        // Debian's OpenSSL cannot compress, and does not take short parameters.
        folder.Replace("conf-enabled/tls.conf", "SSLCompression on", "");
        folder.Write("web-dh.pem", File.ReadAllText(folder.PathOf("web.crt")) + File.ReadAllText(folder.PathOf("dh2048.pem")));
        var file = folder.PathOf("apache2.conf");
        var includes = await ProcessRunner.RunAsync("apache2", ["-f", file, "-t", "-D", "DUMP_INCLUDES"]);
        await using var apache = ServerProcess.Start("apache2", ["-f", file, "-D", "FOREGROUND"]);
        await FreePort.WaitUntilTakenAsync(port);

        var seen = Observe(folder, "apache2.conf");

        Assert.Equal(ApacheFile().Matches(includes.Output).Select(match => match.Groups[1].Value), seen.Files);
        var service = Assert.Single(seen.Services);
        Assert.Equal(await RealServer.VersionsAsync(port), service.Versions.Value);
        Assert.Equal(await RealServer.SuitesAsync(port), ForRsa(service));
    }

    [Fact]
    public async Task Postconf_Parameters_AreThoseThatTheReaderSaw()
    {
        using var folder = Folder("postfix/bad");
        var services = Observe(folder, "main.cf").Services;

        Assert.Equal(await PostconfAsync(folder, "smtpd_tls_key_file"), services[0].Keys[0].Name);
        Assert.Equal(await PostconfAsync(folder, "smtpd_tls_dh1024_param_file"), services[0].DhParameters!.Source);
        Assert.StartsWith(await PostconfAsync(folder, "tls_medium_cipherlist"), services[0].CipherString.Value, StringComparison.Ordinal);
        var overrides = (await ProcessRunner.RunAsync("postconf", ["-c", folder.Root, "-P"])).Output;
        Assert.Contains("submission/inet/smtpd_tls_mandatory_ciphers = high", overrides, StringComparison.Ordinal);
        Assert.StartsWith(await PostconfAsync(folder, "tls_high_cipherlist"), services[1].CipherString.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("smtpd_tls_ciphers")]
    [InlineData("smtpd_tls_mandatory_ciphers")]
    [InlineData("tls_high_cipherlist")]
    [InlineData("tls_medium_cipherlist")]
    [InlineData("tls_preempt_cipherlist")]
    [InlineData("tls_session_ticket_cipher")]
    [InlineData("smtpd_tls_session_cache_timeout")]
    [InlineData("smtpd_tls_session_cache_database")]
    [InlineData("smtpd_tls_eecdh_grade")]
    [InlineData("tls_eecdh_auto_curves")]
    [InlineData("smtpd_tls_key_file")]
    public async Task Postconf_Defaults_AreTheReaders(string name)
    {
        var result = await ProcessRunner.RunAsync("postconf", ["-d", "-h", name]);

        Assert.Equal(result.Output.Trim(), ForwardSecretProxy.Audit.Configurations.Postfix.PostfixDefaults.Get(name).Value);
    }

    [Fact]
    public async Task Doveconf_Settings_AreThoseThatTheReaderSaw()
    {
        using var folder = Folder("dovecot/bad");
        var services = Observe(folder, "dovecot.conf").Services;

        Assert.Equal(await DoveconfAsync(folder, "-h", "ssl_cipher_list"), services[0].CipherString.Value);
        Assert.Equal("TLSv1", await DoveconfAsync(folder, "-h", "ssl_min_protocol"));
        Assert.Equal(TlsVersion.Tls10, services[0].Versions.Value[0]);
        Assert.Equal("TLSv1.1", await DoveconfAsync(folder, "-f", "lname=old.example.org", "-h", "ssl_min_protocol"));
        Assert.Equal(TlsVersion.Tls11, services[1].Versions.Value[0]);
        Assert.Equal(await DoveconfAsync(folder, "-f", "lname=old.example.org", "-h", "ssl_key"), "<" + services[1].Keys[0].Name);
    }

    [Fact]
    public async Task Doveconf_DefaultCipherList_IsTheReaders()
    {
        using var folder = new ConfigurationFolder(null);
        folder.Write("dovecot.conf", $"ssl = yes\nssl_cert = <{folder.PathOf("web.crt")}\nssl_key = <{folder.PathOf("web.key")}\n");
        var service = Assert.Single(Observe(folder, "dovecot.conf").Services);

        Assert.Equal(await DoveconfAsync(folder, "-h", "ssl_cipher_list"), service.CipherString.Value);
        Assert.Equal("service_count = 1", (await DoveconfAsync(folder, "service/imap-login")).Split('\n').Select(line => line.Trim())
            .First(line => line.StartsWith("service_count", StringComparison.Ordinal)));
        Assert.Equal(TicketKeyLife.OneConnection, service.Tickets.KeyLife);
    }

    private static ConfigurationFolder Folder(string data, params int[] ports) => new(Path.Combine(Data, data), ports);

    private static ConfigurationObservation Observe(ConfigurationFolder folder, string file) =>
        ConfigurationAuditor.Observe([folder.PathOf(file)], null, new OpenSslExpander());

    // OpenSSL 3 speaks TLS 1.0 and 1.1 at this level only.
    private static void AllowOldVersions(ConfigurationFolder folder, string file, string lastWord) =>
        folder.Replace(file, lastWord, lastWord + ":@SECLEVEL=0");

    // The server's only key is RSA, and no key is found for the others.
    private static IEnumerable<CipherSuite> ForRsa(ServiceObservation service) =>
        service.Suites.Older.Where(suite => suite.Authentication is Authentication.Rsa or Authentication.None);

    private static async Task<string> PostconfAsync(ConfigurationFolder folder, string name)
    {
        var result = await ProcessRunner.RunAsync("postconf", ["-c", folder.Root, "-x", "-h", name]);
        Assert.True(result.ExitCode == 0 && result.Output.Trim().Length > 0, result.Text);
        return result.Output.Trim();
    }

    private static async Task<string> DoveconfAsync(ConfigurationFolder folder, params string[] arguments)
    {
        var result = await ProcessRunner.RunAsync("doveconf", ["-c", folder.PathOf("dovecot.conf"), .. arguments]);
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output.Trim();
    }

    [GeneratedRegex("^# configuration file (.+):$", RegexOptions.Multiline)]
    private static partial Regex NginxFile();

    [GeneratedRegex(@"^\s+\([*0-9]+\) (/.+)$", RegexOptions.Multiline)]
    private static partial Regex ApacheFile();
}
