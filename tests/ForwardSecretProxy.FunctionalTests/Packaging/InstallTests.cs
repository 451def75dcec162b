using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>The package's coming and going.</summary>
[Collection(BuiltPackage.Name)]
public sealed class InstallTests(PackageBuild build) : IAsyncLifetime
{
    private const string Traces =
        "find etc/fsp var/lib/fsp usr/bin/fsp usr/share/doc/fsp usr/lib/systemd/system/fsp.* usr/share/man "
        + "etc/systemd/system usr/share/bash-completion/completions/fsp -name '*fsp*' 2>/dev/null || true; "
        + "grep -l fsp etc/passwd etc/group etc/shadow etc/gshadow || true";

    private ScratchSystem _system = null!;

    public async Task InitializeAsync()
    {
        if (new InstallFactAttribute().Skip is not null)
            return;
        _system = await ScratchSystem.StartAsync();
        File.Copy(build.Package, _system.PathOf("/root/fsp.deb"));
        Assert.Empty(await _system.DoAsync(Traces));
        await _system.DoAsync("dpkg --install /root/fsp.deb");
    }

    public async Task DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [InstallFact]
    public async Task Install_NewSystem_MakesItsUserAndStartsNothing()
    {
        Assert.Equal("fsp softhsm", (await _system.DoAsync("id -nG fsp")).Trim());
        Assert.Equal("/usr/sbin/nologin", (await _system.DoAsync("getent passwd fsp | cut -d: -f7")).Trim());
        Assert.Equal("disabled", (await _system.ShellAsync("systemctl is-enabled fsp.service")).Output.Trim());
        Assert.Equal("disabled", (await _system.ShellAsync("systemctl is-enabled fsp-audit.timer")).Output.Trim());
        Assert.Equal("disabled", (await _system.ShellAsync("systemctl is-enabled fsp-acme.timer")).Output.Trim());
        Assert.Equal("700 root", (await _system.DoAsync("stat -c '%a %U' /etc/fsp/credentials")).Trim());
    }

    [InstallFact]
    public async Task Purge_NothingAdded_LeavesNothing()
    {
        Assert.NotEmpty(await _system.DoAsync(Traces));
        await _system.DoAsync("systemctl enable fsp.service fsp.socket fsp-audit.timer fsp-cert-status.timer fsp-acme.timer");

        await _system.DoAsync("dpkg --purge fsp");

        Assert.Empty(await _system.DoAsync(Traces));
    }

    [InstallFact]
    public async Task Remove_EditedConfiguration_KeepsIt()
    {
        await _system.DoAsync("echo '// mine' >> /etc/fsp/fsp.jsonc");

        await _system.DoAsync("dpkg --remove fsp");

        Assert.Equal("// mine\n", await _system.DoAsync("tail -n 1 /etc/fsp/fsp.jsonc"));
    }

    [InstallFact]
    public async Task Purge_TokenAndPinAreThere_KeepsThemAndTheirUser()
    {
        await _system.DoAsync(
            "echo 1234 > /etc/fsp/credentials/fsp-pin; install -d -o fsp /var/lib/softhsm/tokens/one; "
            + "install -o fsp /dev/null /var/lib/softhsm/tokens/one/token.object");

        var said = await _system.DoAsync("dpkg --purge fsp");

        await _system.DoAsync("test -f /etc/fsp/credentials/fsp-pin; test -f /var/lib/softhsm/tokens/one/token.object");
        await _system.DoAsync("id fsp");
        Assert.Contains("its user stays", said, StringComparison.Ordinal);
        Assert.False(File.Exists(_system.PathOf("/etc/fsp/fsp.jsonc")));
    }

    [InstallFact]
    public async Task Install_OverAnEarlierOne_KeepsTheConfiguration()
    {
        await _system.DoAsync("echo '// mine' >> /etc/fsp/fsp.jsonc");

        await _system.DoAsync("dpkg --install --force-confdef /root/fsp.deb </dev/null");

        Assert.Equal("// mine\n", await _system.DoAsync("tail -n 1 /etc/fsp/fsp.jsonc"));
    }

    [InstallFact]
    public async Task ManualPages_OfAllCommands_RenderWithoutWarnings()
    {
        var pages = (await _system.DoAsync("dpkg -L fsp | grep '/man[15]/.*gz$'")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("/usr/share/man/man1/fsp-serve.1.gz", pages);
        Assert.Contains("/usr/share/man/man5/fsp.jsonc.5.gz", pages);

        foreach (var page in pages)
            Assert.Empty((await RenderAsync(page)).Error);
        // The control: a page with a mistake is heard of.
        await _system.DoAsync("printf '.TH X 1\\n.NOSUCH macro\\n' > /root/wrong.1");
        Assert.Contains("NOSUCH", (await RenderAsync("/root/wrong.1")).Error, StringComparison.Ordinal);
        Assert.Contains("--config", (await RenderAsync("fsp-serve")).Output, StringComparison.Ordinal);
    }

    [InstallFact]
    public async Task Completion_InBash_OffersWhatFspHas()
    {
        Assert.Contains("serve", await CompleteAsync("fsp se"), StringComparison.Ordinal);
        Assert.Equal("--help init list", await CompleteAsync("fsp token "));
        Assert.Contains("--config", await CompleteAsync("fsp serve --c"), StringComparison.Ordinal);
        Assert.Contains("ec-p256", await CompleteAsync("fsp key generate --type "), StringComparison.Ordinal);
        Assert.DoesNotContain("manual", await CompleteAsync("fsp "), StringComparison.Ordinal);
    }

    [InstallFact]
    public async Task Units_SystemdsOwnVerification_FindsNothing()
    {
        var verified = await _system.ShellAsync("systemd-analyze verify --man=no fsp.service fsp.socket "
            + "fsp-audit.service fsp-audit.timer fsp-cert-status.service fsp-cert-status.timer fsp-acme.service fsp-acme.timer");
        Assert.True(verified is { ExitCode: 0, Text: "" }, verified.Text);

        // The exposure in tenths, of 100: what is left is that it is on the network, for everybody, and compiles.
        const string Judge = "systemd-analyze security --offline=true --no-pager --threshold=20 ";
        var exposure = await _system.ShellAsync(Judge + "/usr/lib/systemd/system/fsp.service");
        Assert.True(exposure.ExitCode == 0, exposure.Text);
        exposure = await _system.ShellAsync(Judge + "/usr/lib/systemd/system/fsp-audit.service");
        Assert.True(exposure.ExitCode == 0, exposure.Text);
        exposure = await _system.ShellAsync(Judge + "/usr/lib/systemd/system/fsp-cert-status.service");
        Assert.True(exposure.ExitCode == 0, exposure.Text);
        exposure = await _system.ShellAsync(Judge + "/usr/lib/systemd/system/fsp-acme.service");
        Assert.True(exposure.ExitCode == 0, exposure.Text);
        // The control: without its system call filter it is over.
        await _system.DoAsync("grep -v '^SystemCallFilter=' /usr/lib/systemd/system/fsp.service > /root/fsp.service");
        Assert.NotEqual(0, (await _system.ShellAsync(Judge + "/root/fsp.service")).ExitCode);
    }

    private Task<ProcessResult> RenderAsync(string page) =>
        _system.ShellAsync($"LC_ALL=C.UTF-8 MANWIDTH=100 man --warnings=w {page}");

    private async Task<string> CompleteAsync(string line)
    {
        await File.WriteAllTextAsync(_system.PathOf("/root/complete"), """
            . /usr/share/bash-completion/completions/fsp
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "$1"
            [[ $1 != *' ' ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            $(complete -p fsp | sed 's/.*-F \([^ ]*\).*/\1/')
            echo "${COMPREPLY[*]}"
            """);
        return (await _system.DoAsync($"bash /root/complete '{line}'")).Trim();
    }
}
