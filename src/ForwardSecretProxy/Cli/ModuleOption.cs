using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary>
/// <c>--module LIBRARY</c>: the PKCS#11 module, SoftHSM where it is installed when none is named; and
/// <c>--module-arguments</c>.
/// </summary>
internal sealed class ModuleOption
{
    // Debian and Ubuntu (a link, then the real place), Fedora and its kin, Alpine and Arch, built from source.
    private static readonly string[] SoftHsmPlaces =
    [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/lib/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ];

    private readonly Option<string?> _module = new("--module")
    {
        Description = "The token vendor's PKCS#11 library. Default: SoftHSM's, where it is installed.",
        HelpName = "LIBRARY",
    };

    private readonly Option<string?> _arguments = new("--module-arguments")
    {
        Description = "What the library is started with, which few need: where NSS has its database.",
        HelpName = "TEXT",
    };

    /// <summary>The options.</summary>
    public IEnumerable<Option> Options => [_module, _arguments];

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in Options)
            command.Options.Add(option);
    }

    /// <summary>What the module is started with; null for nothing.</summary>
    public string? ReadArguments(ParseResult parsed) => parsed.GetValue(_arguments);

    /// <summary>The module that was named, or SoftHSM's.</summary>
    /// <exception cref="CommandFailedException">None was named, and SoftHSM is not installed.</exception>
    public string Read(ParseResult parsed) => parsed.GetValue(_module) ?? FindSoftHsm()
        ?? throw new CommandFailedException(
            "name the token's PKCS#11 library with --module LIBRARY (SoftHSM is not installed; on Debian: "
            + "apt install softhsm2)", ExitCode.Usage);

    /// <summary>SoftHSM's module; null when it is not installed.</summary>
    public static string? FindSoftHsm() => Array.Find(SoftHsmPlaces, File.Exists);
}
