using System.Net.Sockets;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening.Landlock;

namespace ForwardSecretProxy.Hardening;

/// <summary>
/// What the serving process may do with files: read the system's, its own and those that the configuration names, and bind
/// the admin socket. It writes nothing and executes nothing but itself, once.
/// </summary>
internal static class ServingRules
{
    /// <summary>
    /// Folders, for much in them is replaced while the proxy runs: /etc/resolv.conf, certificates. /proc as a whole,
    /// because the kernel may make a new inode for anything below it, for which a rule would no longer count.
    /// </summary>
    private static readonly string[] SystemPlaces =
    [
        "/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/etc", "/var/lib/ca-certificates",
        "/proc", "/sys/fs/cgroup", "/sys/devices/system", "/sys/kernel/mm",
        "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom",
        // Where /etc/resolv.conf leads to.
        "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
    ];

    /// <summary>Variables that name files or folders of libraries, as lists with colons.</summary>
    private static readonly string[] PathVariables =
        ["LD_LIBRARY_PATH", "LD_PRELOAD", "OPENSSL_CONF", "OPENSSL_MODULES", "SSL_CERT_FILE", "SSL_CERT_DIR", "DOTNET_ROOT"];

    /// <summary>Whether the process loads no PKCS#11 module, which might need any file, device and system call.</summary>
    public static bool Fit(ProxyOptions options) => options.Signer.Kind != SignerKind.InProcess;

    /// <summary>The rules for a configuration.</summary>
    public static LandlockRules For(ProxyOptions options, FileInfo file)
    {
        var mapped = MappedFiles();
        var program = Environment.ProcessPath;
        var rules = new LandlockRules()
            .Allow(LandlockAccess.Read, SystemPlaces)
            .Allow(LandlockAccess.WriteFile, "/dev/null")
            .Allow(LandlockAccess.Read, AppContext.BaseDirectory)
            .Allow(LandlockAccess.Read, mapped.Select(FolderOf).Concat(RuntimeRoots(mapped)))
            .Allow(LandlockAccess.Read, PathVariables.SelectMany(NamedBy))
            .Allow(LandlockAccess.Read, options.Files.Append(file.FullName).SelectMany(Places))
            .Allow(LandlockAccess.Read, options.Listeners
                .Select(listener => listener.AcmeChallengeFolder).OfType<string>().SelectMany(ChallengePlaces));
        if (program is not null)
            rules.Allow(LandlockAccess.Read, FolderOf(program)).Allow(LandlockAccess.Execute | LandlockAccess.ReadFile, program);
        rules.Allow(LandlockAccess.Execute, mapped.Where(IsProgramLoader));
        if (options.Admin?.Address is UnixDomainSocketEndPoint socket)
            rules.Allow(LandlockAccess.BindSocket, FolderOf(socket.ToString()!));
        return rules;
    }

    /// <summary>
    /// The folder of a file, where a renewed one comes to lie, and those that links lead to; of what lies in the root folder
    /// the file alone.
    /// </summary>
    internal static IEnumerable<string> Places(string path)
    {
        // As many as the kernel follows (path_resolution(7)).
        for (var hops = 0; hops < 40; hops++)
        {
            yield return FolderOf(path) is var folder and not "/" ? folder : path;
            if (TryReadLink(path) is not { } target)
                yield break;
            path = target;
        }
    }

    /// <summary>
    /// An ACME client may make the folder for each challenge, the one above it, too (.well-known), and remove them. What is
    /// above those of one service, as /var/lib, is not given for that.
    /// </summary>
    internal static IEnumerable<string> ChallengePlaces(string folder)
    {
        yield return folder;
        for (var levels = 0; levels < 2; levels++)
        {
            folder = FolderOf(folder);
            if (folder.Count(character => character == '/') < 3)
                yield break;
            yield return folder;
        }
    }

    private static string? TryReadLink(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: false)?.FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) ?? path;

    private static bool IsProgramLoader(string file) => Path.GetFileName(file).StartsWith("ld-", StringComparison.Ordinal);

    // hostfxr looks for the newest of several runtimes: ROOT/host/fxr/10.0.0/libhostfxr.so.
    private static IEnumerable<string> RuntimeRoots(IEnumerable<string> mapped) => mapped
        .Where(file => Path.GetFileName(file) == "libhostfxr.so")
        .Select(file => Path.GetFullPath("../../../..", file));

    private static IEnumerable<string> NamedBy(string variable) =>
        (Environment.GetEnvironmentVariable(variable) ?? "").Split(':').Where(Path.IsPathFullyQualified);

    /// <summary>What the runtime and libraries have mapped: wherever they are, they are looked for again.</summary>
    private static List<string> MappedFiles() =>
    [
        .. File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "")
            .Where(path => path.Length > 0 && File.Exists(path) && !path.StartsWith("/dev/", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal),
    ];
}
