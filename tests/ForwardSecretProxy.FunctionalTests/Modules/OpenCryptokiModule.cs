using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Modules;

/// <summary>
/// opencryptoki's software token. Its paths and its shared memory's key are compiled in, so daemon and clients run in a
/// mount and an IPC namespace of their own, where folders of the test's stand in their place.
/// </summary>
public sealed class OpenCryptokiModule : TestedModule
{
    /// <summary>The module's name.</summary>
    public const string ModuleName = "opencryptoki";

    private const string Configuration = "version opencryptoki-3.1\nslot 0\n{\nstdll = libpkcs11_sw.so\n}\n";

    private ServerProcess? _space;
    private ServerProcess? _daemon;

    public override string Name => ModuleName;

    protected override string Library => FindLibrary("opencryptoki/libopencryptoki.so.0");

    // Every new token has this one.
    protected override string OfficerPin => "87654321";

    protected override IReadOnlyList<string> RunBy =>
        ["nsenter", "--mount", "--ipc", "--target", _space!.Id.ToString(CultureInfo.InvariantCulture)];

    public override async Task StartAsync()
    {
        _space ??= await NewSpaceAsync();
        var socket = Directory.File("run/pkcsslotd.socket");
        File.Delete(socket);
        _daemon = ServerProcess.Start(RunBy[0], [.. RunBy.Skip(1), "pkcsslotd", "-f"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(socket))
            await pace.WaitForNextTickAsync(limit.Token);
    }

    public override async Task StopAsync() => await _daemon!.DisposeAsync();

    protected override async Task EndAsync() => await _space!.DisposeAsync();

    private async Task<ServerProcess> NewSpaceAsync()
    {
        System.IO.Directory.CreateDirectory(Directory.File("etc"));
        System.IO.Directory.CreateDirectory(Directory.File("shm"));
        File.WriteAllText(Directory.File("etc/opencryptoki.conf"), Configuration);
        var space = ServerProcess.Start("unshare", ["--mount", "--ipc", "sh", "-ec", $"""
            cd {Directory.Path}
            install -d run lib run/lock
            install -d -g pkcs11 -m 770 run/lock/opencryptoki run/lock/opencryptoki/swtok lib/swtok lib/swtok/TOK_OBJ
            mount --bind etc /etc/opencryptoki
            mount --bind lib /var/lib/opencryptoki
            mount --bind shm /dev/shm
            mount --bind run /run
            echo ready
            exec cat
            """]);
        await space.WaitForLineAsync(line => line == "ready");
        return space;
    }
}
