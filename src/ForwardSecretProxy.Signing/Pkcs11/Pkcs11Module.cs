using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace ForwardSecretProxy.Signing.Pkcs11;

/// <summary>
/// A PKCS#11 module: the shared library through which a make of token is used. Loaded and initialised once for each
/// path, and never finalised: C_Finalize pulls the sessions from under everybody in the process who uses the module.
/// </summary>
internal sealed partial class Pkcs11Module
{
    private static readonly Dictionary<string, Pkcs11Module> Loaded = new(StringComparer.Ordinal);
    private static readonly Lock LoadGate = new();

    private readonly Pkcs11Library _library;

    private Pkcs11Module(string path, Pkcs11Library library)
    {
        Path = path;
        _library = library;
    }

    /// <summary>
    /// The library's full path, symbolic links resolved; or its name, for the system's loader to find.
    /// </summary>
    public string Path { get; }

    /// <summary>Loads the module, or returns the one that this process has loaded from the same file.</summary>
    /// <exception cref="TokenException">It is not there, is no PKCS#11 module, or does not start.</exception>
    public static Pkcs11Module Load(string path)
    {
        if (IntPtr.Size != 8 || !OperatingSystem.IsLinux())
            throw new TokenException("PKCS#11 modules are supported on 64-bit Linux only.");

        var resolved = Resolve(path);
        lock (LoadGate)
        {
            if (!Loaded.TryGetValue(resolved, out var module))
            {
                module = new Pkcs11Module(resolved, LoadLibrary(resolved));
                module.Initialize();
                Loaded.Add(resolved, module);
            }

            return module;
        }
    }

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

    private static Pkcs11Library LoadLibrary(string path)
    {
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

    private void Initialize()
    {
        var code = _library.C_Initialize(new CK_C_INITIALIZE_ARGS { Flags = CKF.CKF_OS_LOCKING_OK });

        // Another library in this process may have been first; the module is shared with it then.
        if (code is not (CKR.CKR_OK or CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED))
            throw ReturnCodes.Failure($"The PKCS#11 module {Path} does not start", code);
    }
}
