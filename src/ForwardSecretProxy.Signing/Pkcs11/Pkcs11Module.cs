using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ForwardSecretProxy.Signing.Calls;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A PKCS#11 module: the shared library through which a make of token is used. Loaded and initialised once for each
/// path, and never finalised: C_Finalize pulls the sessions from under everybody in the process who uses the module.
/// </summary>
internal sealed partial class Pkcs11Module
{
    private static readonly ConcurrentDictionary<string, LoadedLibrary> Loaded = new(StringComparer.Ordinal);

    private readonly ModuleFunctions _library;

    private readonly string? _arguments;

    private Pkcs11Module(string path, string? arguments, ModuleFunctions library)
    {
        Path = path;
        _arguments = arguments;
        _library = library;
    }

    /// <summary>
    /// The library's full path, symbolic links resolved; or its name, for the system's loader to find.
    /// </summary>
    public string Path { get; }

    /// <summary>
    /// Loads the module, or returns the one that this process has loaded from the same file; its calls are made, and watched,
    /// as those of <paramref name="calls"/>.
    /// </summary>
    /// <param name="path">The library.</param>
    /// <param name="arguments">See <see cref="TokenOptions.ModuleArguments"/>.</param>
    /// <param name="calls">For whose sake.</param>
    /// <exception cref="TokenException">
    /// It is not there, is no PKCS#11 module, does not start, or was started with other arguments.
    /// </exception>
    public static Pkcs11Module Load(string path, string? arguments, TokenCalls calls)
    {
        if (IntPtr.Size != 8 || !OperatingSystem.IsLinux())
            throw new TokenException("PKCS#11 modules are supported on 64-bit Linux only.");

        var resolved = Resolve(path);
        var loaded = Loaded.GetOrAdd(resolved, _ => new LoadedLibrary());

        calls.Enter(loaded.Gate, "C_Initialize");
        try
        {
            if (loaded.Module is null)
            {
                var module = new Pkcs11Module(resolved, arguments, new ModuleFunctions(LoadLibrary(resolved, calls), calls));
                module.Initialize();
                loaded.Module = module;
            }

            return loaded.Module._arguments == arguments
                ? loaded.Module.For(calls)
                : throw new TokenException($"The PKCS#11 module {resolved} was started with other ModuleArguments. A process "
                    + "starts a module once: let all its tokens name the same.");
        }
        finally
        {
            loaded.Gate.Exit();
        }
    }

    /// <summary>The same module, whose calls are made and watched as those of <paramref name="calls"/>.</summary>
    public Pkcs11Module For(TokenCalls calls) => new(Path, _arguments, _library.For(calls));

    /// <summary>
    /// Pkcs11Interop imports <c>libdl</c>, a name that only the development files of old C libraries carry.
    /// </summary>
    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Usage", "CA2255", Justification = "Must run before anything in the process loads a module.")]
    internal static void MapLibDl() => NativeLibrary.SetDllImportResolver(
        typeof(Pkcs11Library).Assembly,
        static (name, assembly, searchPath) => name == "libdl"
            && NativeLibrary.TryLoad("libdl.so.2", assembly, searchPath, out var handle) ? handle : IntPtr.Zero);

    private static string Resolve(string path)
    {
        // A bare name is looked for where the system's loader looks.
        if (!path.Contains('/', StringComparison.Ordinal))
            return path;

        if (!File.Exists(path))
        {
            throw new TokenException($"There is no PKCS#11 module at {path}. Name the shared library of your token "
                + "(for SoftHSM: install the package softhsm2; it puts libsofthsm2.so under /usr/lib).");
        }

        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
    }

    private static Pkcs11Library LoadLibrary(string path, TokenCalls calls)
    {
        using var call = calls.Begin("dlopen");
        try
        {
            return new Pkcs11Library(path);
        }
        catch (Exception exception) when (exception is UnmanagedException or EntryPointNotFoundException
            or DllNotFoundException or BadImageFormatException or Pkcs11Exception or LibraryArchitectureException)
        {
            throw new TokenException($"The file {path} cannot be loaded as a PKCS#11 module: "
                + $"{exception.Message.TrimEnd('.')}. Check that it is the token's module and built for this processor.",
                exception);
        }
    }

    /// <summary>Starts the module; once more when it was shut down behind this process's back.</summary>
    /// <exception cref="TokenException">It does not start.</exception>
    public void Initialize()
    {
        // The memory stays with the module, which is never finalised.
        var code = _library.C_Initialize(new CK_C_INITIALIZE_ARGS
        {
            Flags = CKF.CKF_OS_LOCKING_OK,
            Reserved = Marshal.StringToCoTaskMemUTF8(_arguments),
        });

        // Another library in this process may have been first; the module is shared with it then.
        if (code is not (CKR.CKR_OK or CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED))
            throw ReturnCodes.Failure($"The PKCS#11 module {Path} does not start{ArgumentsMend(code)}", code);
    }

    // PKCS#11 v2.40 section 5.4 lets a module answer so to a pReserved, and NSS does to there being none.
    private string ArgumentsMend(CKR code) => (code, _arguments) switch
    {
        (CKR.CKR_ARGUMENTS_BAD, null) => " without ModuleArguments, which it may need (NSS does)",
        (CKR.CKR_ARGUMENTS_BAD, _) => " with these ModuleArguments; most modules take none",
        _ => "",
    };

    private sealed class LoadedLibrary
    {
        public Lock Gate { get; } = new();

        public Pkcs11Module? Module { get; set; }
    }
}
