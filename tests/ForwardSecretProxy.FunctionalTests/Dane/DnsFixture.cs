using System.Globalization;
using System.Security.Cryptography;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Dane;

/// <summary>
/// Three zones on an NSD of its own, and an Unbound that verifies them: one that is signed as it should be, one that is not
/// signed, and one whose trust anchor is another key's. The certificates that their records are about are files.
/// </summary>
public sealed class DnsFixture : IAsyncLifetime, IDisposable
{
    /// <summary>The TTL of every record.</summary>
    public const int Ttl = 300;

    private readonly TemporaryDirectory _directory = new();
    private readonly int _authorityPort = FreePort.Next();
    private readonly TestAuthority _authority = new();
    private ServerProcess? _authorityServer;
    private ServerProcess? _resolverServer;

    /// <summary>Where the verifying resolver is.</summary>
    public int ResolverPort { get; } = FreePort.Next();

    private static string[] Zones { get; } = ["signed.test", "unsigned.test", "bogus.test"];

    /// <summary>
    /// The path of a file: <c>ecdsa.pem</c>, <c>rsa.pem</c> and <c>next.pem</c> are certificates, <c>next.pub.pem</c> a public key.
    /// </summary>
    public string PathOf(string name) => _directory.File(name);

    /// <summary>The record <c>3 1 1</c> of a certificate's file, as openssl and sha256sum make it.</summary>
    internal Task<string> RecordAsync(string file) =>
        PipeAsync($"openssl x509 -in '{PathOf(file)}' -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum", "3 1 1 ");

    /// <summary>The record <c>3 0 1</c> of a certificate's file.</summary>
    internal Task<string> WholeRecordAsync(string file) =>
        PipeAsync($"openssl x509 -in '{PathOf(file)}' -outform DER | sha256sum", "3 0 1 ");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _directory.Write("ecdsa.pem", _authority.Issue(ecdsa.ExportSubjectPublicKeyInfo(), "mail.signed.test"));
        _directory.Write("rsa.pem", _authority.Issue(rsa.ExportSubjectPublicKeyInfo(), "mail.signed.test"));
        _directory.Write("next.pem", _authority.Issue(next.ExportSubjectPublicKeyInfo(), "mail.signed.test"));
        _directory.Write("next.pub.pem", next.ExportSubjectPublicKeyInfoPem());
        await WriteZonesAsync();
        await StartAsync();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_resolverServer is not null) await _resolverServer.DisposeAsync();
        if (_authorityServer is not null) await _authorityServer.DisposeAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    private static async Task<string> PipeAsync(string pipe, string before)
    {
        var result = await ProcessRunner.RunAsync("/bin/sh", ["-c", pipe]);
        Assert.Matches("^[0-9a-f]{64} ", result.Output);
        return before + result.Output[..64];
    }

    private async Task WriteZonesAsync()
    {
        var (ecdsa, rsa, next) = (await RecordAsync("ecdsa.pem"), await RecordAsync("rsa.pem"), await RecordAsync("next.pem"));
        var whole = await WholeRecordAsync("ecdsa.pem");
        (string Host, string[] Records)[] hosts =
        [
            ("mail", [ecdsa]),
            ("both", [ecdsa, rsa]),
            ("rollover", [ecdsa, next]),
            ("whole", [whole]),
            ("old", ["3 1 1 " + new string('a', 64)]),
            ("odd", [ecdsa, "1 1 1" + ecdsa[5..], "3 1 1 abcd", "4 1 1" + ecdsa[5..]]),
            ("many", [.. Enumerable.Range(0, 60).Select(each => "3 1 1 " + each.ToString("x64", CultureInfo.InvariantCulture)), ecdsa]),
        ];
        var lines = hosts.SelectMany(host => host.Records.Select(record => $"_25._tcp.{host.Host} TLSA {record}"));
        foreach (var zone in Zones)
        {
            _directory.Write(zone, string.Create(CultureInfo.InvariantCulture, $"""
                $ORIGIN {zone}.
                $TTL {Ttl}
                @ SOA ns hostmaster 1 3600 600 86400 60
                @ NS ns
                ns A 127.0.0.1
                alias CNAME mail
                _25._tcp.alias CNAME _25._tcp.mail
                {string.Join('\n', lines)}

                """));
        }
        await SignAsync("signed.test", ofAnother: false);
        await SignAsync("bogus.test", ofAnother: true);
    }

    /// <summary>Signs a zone in its place, and leaves the DS record that it is trusted by.</summary>
    private async Task SignAsync(string zone, bool ofAnother)
    {
        var key = await KeyAsync();
        await RunAsync($"ldns-signzone -o {zone} -f {zone}.signed {zone} {key} && mv {zone}.signed {zone}");
        if (ofAnother) key = await KeyAsync();
        File.Copy(_directory.File(key + ".ds"), _directory.File(zone + ".ds"));

        async Task<string> KeyAsync() => (await RunAsync($"ldns-keygen -a ECDSAP256SHA256 -k {zone}")).Trim();
    }

    private async Task<string> RunAsync(string command)
    {
        var result = await ProcessRunner.RunAsync("/bin/sh", ["-c", $"cd '{_directory.Path}' && {command}"]);
        Assert.True(result.ExitCode == 0, result.Text);
        return result.Output;
    }

    private async Task StartAsync()
    {
        _authorityServer = ServerProcess.Start("nsd", ["-d", "-c", _directory.Write("nsd.conf", AuthorityConfiguration())]);
        await _authorityServer.WaitForLineAsync(line => line.Contains("nsd started", StringComparison.Ordinal));
        // By its own path it is under a profile of AppArmor's, where there is one, that keeps it out of this directory.
        File.Copy(ProcessRunner.Find("unbound")!, PathOf("unbound"));
        _resolverServer = ServerProcess.Start(PathOf("unbound"), ["-d", "-c", _directory.Write("unbound.conf", ResolverConfiguration())]);
        await _resolverServer.WaitForLineAsync(line => line.Contains("start of service", StringComparison.Ordinal));
    }

    private string AuthorityConfiguration() => string.Create(CultureInfo.InvariantCulture, $"""
        server:
          ip-address: 127.0.0.1
          port: {_authorityPort}
          username: ""
          chroot: ""
          zonesdir: "{_directory.Path}"
          pidfile: ""
          database: ""
          xfrdfile: ""
          zonelistfile: "{_directory.File("zone.list")}"
          xfrdir: "{_directory.Path}"
          server-count: 1
        remote-control:
          control-enable: no

        """) + string.Concat(Zones.Select(zone => $"zone:\n  name: {zone}\n  zonefile: {zone}\n"));

    private string ResolverConfiguration() => string.Create(CultureInfo.InvariantCulture, $"""
        server:
          interface: 127.0.0.1@{ResolverPort}
          do-daemonize: no
          use-syslog: no
          logfile: ""
          verbosity: 1
          username: ""
          chroot: ""
          directory: "{_directory.Path}"
          pidfile: ""
          do-not-query-localhost: no
          module-config: "validator iterator"
          local-zone: "test." nodefault
          trust-anchor-file: "signed.test.ds"
          trust-anchor-file: "bogus.test.ds"
          domain-insecure: "unsigned.test"
        remote-control:
          control-enable: no

        """) + string.Concat(Zones.Select(zone => string.Create(CultureInfo.InvariantCulture,
            $"stub-zone:\n  name: {zone}\n  stub-addr: 127.0.0.1@{_authorityPort}\n")));
}
