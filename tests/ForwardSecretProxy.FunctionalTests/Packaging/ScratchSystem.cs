using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Packaging;

/// <summary>
/// This machine as it is, with a layer over it that takes all that is written and is gone afterwards
/// (scratch-system.sh): what is installed here leaves nothing behind.
/// </summary>
internal sealed class ScratchSystem : IAsyncDisposable
{
    private const string WaitUntilBooted =
        "for try in $(seq 300); do case $(systemctl is-system-running --wait 2>/dev/null) in running | degraded) exit 0 ;; esac; "
        + "sleep 0.1; done; exit 1";

    private readonly TemporaryDirectory _top = new();
    private readonly ServerProcess _holder;
    private readonly bool _isBooted;
    private int _first;

    private ScratchSystem(bool boot)
    {
        _isBooted = boot;
        _holder = ServerProcess.Start(
            Repository.Path("tests/ForwardSecretProxy.FunctionalTests/Packaging/scratch-system.sh"),
            [boot ? "boot" : "hold", _top.Path]);
        _first = _holder.Id;
    }

    /// <summary>One whose files can be changed, and nothing else.</summary>
    public static async Task<ScratchSystem> StartAsync()
    {
        var system = new ScratchSystem(boot: false);
        await system._holder.WaitForLineAsync(line => line == "mounted");
        return system;
    }

    /// <summary>One with processes of its own and a systemd that runs them.</summary>
    public static async Task<ScratchSystem> BootAsync()
    {
        var system = new ScratchSystem(boot: true);
        system._first = await system.FindChildAsync();
        await system.DoAsync(WaitUntilBooted);
        return system;
    }

    /// <summary>Where a path of the system is for this process.</summary>
    public string PathOf(string path) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_first}/root{path}");

    /// <summary>Runs a shell's commands in it, as root.</summary>
    public Task<ProcessResult> ShellAsync(string commands) => ProcessRunner.RunAsync(
        "nsenter",
        [
            "--target", _first.ToString(CultureInfo.InvariantCulture), "--mount",
            .. (string[])(_isBooted ? ["--pid", "--uts", "--ipc", "--cgroup"] : []),
            "--", "sh", "-e", "-c", commands,
        ],
        timeout: TimeSpan.FromMinutes(2));

    /// <summary>The same, which must end with exit code 0; what they wrote to standard output.</summary>
    public async Task<string> DoAsync(string commands)
    {
        var result = await ShellAsync(commands);
        Assert.True(result.ExitCode == 0, $"{commands}\n{result.Text}");
        return result.Output;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _holder.DisposeAsync();
        if (_isBooted)
            await RemoveGroupsAsync();
        _top.Dispose();
    }

    /// <summary>A control group can go when the last of its processes is gone, the innermost first.</summary>
    private async Task RemoveGroupsAsync()
    {
        var mount = File.ReadLines("/proc/mounts").Select(line => line.Split(' ')).First(fields => fields[2] == "cgroup2")[1];
        var group = Path.Combine(mount, Path.GetFileName(_top.Path));
        await ProcessRunner.RunAsync("sh", ["-c",
            "for try in $(seq 100); do find \"$1\" -depth -type d -exec rmdir {} + 2>/dev/null && exit; sleep 0.05; done",
            "sh", group]);
        Assert.False(Directory.Exists(group));
    }

    /// <summary>The process that unshare(1) started as the first of the new machine.</summary>
    private async Task<int> FindChildAsync()
    {
        var children = string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/task/{_holder.Id}/children");
        var found = await ProcessRunner.RunAsync("sh", ["-c",
            "for try in $(seq 100); do read first rest < \"$1\"; "
            + "case $(readlink /proc/$first/exe) in */systemd) echo $first; exit ;; esac; sleep 0.05; done", "sh", children]);
        return int.TryParse(found.Output, CultureInfo.InvariantCulture, out var process)
            ? process
            : throw new InvalidOperationException("systemd did not start:\n" + string.Join('\n', _holder.Lines));
    }
}

/// <summary>A test that installs a package, which takes root, dpkg and the right to mount.</summary>
internal sealed class InstallFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(() =>
        Environment.UserName != "root" ? "Only root can install a package."
        : ProcessRunner.Find("dpkg") is null ? "There is no dpkg here."
        : ProcessRunner.RunAsync("unshare", ["--mount", "true"]).GetAwaiter().GetResult().ExitCode != 0
            ? "This machine lets not even root mount anything."
        : null);

    public InstallFactAttribute() => Skip = Reason.Value;
}
