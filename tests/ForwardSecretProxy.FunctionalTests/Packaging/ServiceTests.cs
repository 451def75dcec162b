using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>The installed service, started by a real systemd with all that its unit forbids it.</summary>
[Collection(BuiltPackage.Name)]
public sealed class ServiceTests(PackageBuild build) : IAsyncLifetime
{
    private const string Address = "127.0.0.77";
    private const string BindToLowPorts = "0000000000000400"; // 1 << CAP_NET_BIND_SERVICE (10)

    private ScratchSystem _system = null!;
    private KestrelBackend _backend = null!;
    private string _certificate = "";

    private TemporaryDirectory Files { get; } = new();

    /// <summary>The steps of README.Debian, with a certificate of the key's own.</summary>
    public async Task InitializeAsync()
    {
        if (new InstallFactAttribute().Skip is not null)
            return;
        _backend = await KestrelBackend.StartAsync();
        _system = await ScratchSystem.BootAsync();
        File.Copy(build.Package, _system.PathOf("/root/fsp.deb"));
        await _system.DoAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            dpkg --install /root/fsp.deb
            openssl rand -hex 12 | tr -d '\n' | install -m 600 /dev/stdin /etc/fsp/credentials/fsp-pin
            openssl rand -hex 12 | tr -d '\n' | install -m 600 /dev/stdin /root/so-pin
            export CREDENTIALS_DIRECTORY=/etc/fsp/credentials
            pin='--pin-file /etc/fsp/credentials/fsp-pin'
            fsp token init --label fsp --so-pin-file /root/so-pin $pin
            fsp key generate --label fsp $pin --key-label web
            chown -R fsp /var/lib/softhsm/tokens/*
            sed -i 's/0\.0\.0\.0:443/{{Address}}:443/; s/127\.0\.0\.1:8080/127.0.0.1:{{_backend.Http1Port}}/' /etc/fsp/fsp.jsonc
            fsp cert self-sign --config /etc/fsp/fsp.jsonc --certificate web --ip {{Address}} --out /etc/fsp/web.pem
            fsp check --config /etc/fsp/fsp.jsonc
            """));
        RunLog.AddSecret(await File.ReadAllTextAsync(_system.PathOf("/etc/fsp/credentials/fsp-pin")), "the package's PIN");
        _certificate = Files.Write("web.pem", await File.ReadAllTextAsync(_system.PathOf("/etc/fsp/web.pem")));
    }

    public async Task DisposeAsync()
    {
        if (_system is not null)
        {
            RunLog.Add((await _system.ShellAsync("journalctl --no-pager --unit fsp")).Text.Split('\n'));
            await _system.DisposeAsync();
        }
        if (_backend is not null)
            await _backend.DisposeAsync();
        Files.Dispose();
    }

    [InstallFact]
    public async Task Start_AsItsUnitSays_AnswersOnPort443WithOneCapability()
    {
        await _system.DoAsync("systemctl start fsp.service");

        Assert.Contains("/hello", await GetAsync("/hello"), StringComparison.Ordinal);
        var status = (await _system.DoAsync("cat /proc/$(systemctl show --property MainPID --value fsp)/status")).Split('\n');
        var user = (await _system.DoAsync("id -u fsp")).Trim();
        Assert.Contains($"Uid:\t{user}\t{user}\t{user}\t{user}", status);
        foreach (var set in (string[])["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
            Assert.Contains($"{set}:\t{BindToLowPorts}", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        // The unit lets the proxy restrict itself further, and so everything that this kernel has is in force.
        var log = await _system.DoAsync("journalctl --no-pager --unit fsp");
        Assert.Contains("[1010] Hardening in force: memory, core-file, no-new-privileges, diagnostics-port", log, StringComparison.Ordinal);
        if (new LandlockFactAttribute().Skip is null)
            Assert.DoesNotContain("[1011]", log, StringComparison.Ordinal);

        await _system.DoAsync("systemctl reload fsp.service");
        Assert.Contains("/again", await GetAsync("/again"), StringComparison.Ordinal);
        await _system.DoAsync("systemctl stop fsp.service");
        Assert.Equal("success", (await _system.DoAsync("systemctl show --property Result --value fsp")).Trim());
    }

    [InstallFact]
    public async Task Start_BySocket_AnswersTheConnectionThatStartedItAndOverARestart()
    {
        await _system.DoAsync($"sed -i 's/0\\.0\\.0\\.0/{Address}/' /usr/lib/systemd/system/fsp.socket; systemctl daemon-reload; "
            + "systemctl start fsp.socket");
        Assert.Equal("inactive", (await _system.ShellAsync("systemctl is-active fsp.service")).Output.Trim());

        Assert.Contains("/first", await GetAsync("/first"), StringComparison.Ordinal);
        await _system.DoAsync("systemctl restart fsp.service");
        Assert.Contains("/second", await GetAsync("/second"), StringComparison.Ordinal);
    }

    [InstallFact]
    public async Task Start_WrongPin_IsTriedOnce()
    {
        await _system.DoAsync("echo 000000 > /etc/fsp/credentials/fsp-pin");

        Assert.NotEqual(0, (await _system.ShellAsync("systemctl start fsp.service")).ExitCode);

        // Not "activating", which is what waiting for the next try is called.
        Assert.Equal("failed", (await _system.ShellAsync("systemctl is-active fsp.service")).Output.Trim());
        Assert.Equal("0", (await _system.DoAsync("systemctl show --property NRestarts --value fsp")).Trim());
    }

    private async Task<string> GetAsync(string target)
    {
        var answer = await ProcessRunner.RunAsync("curl",
            ["-q", "-sS", "--max-time", "20", "--noproxy", "*", "--cacert", _certificate, $"https://{Address}{target}"]);
        Assert.True(answer.ExitCode == 0, answer.Text);
        return answer.Output;
    }
}
