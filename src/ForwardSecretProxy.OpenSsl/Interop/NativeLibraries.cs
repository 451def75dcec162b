using System.Reflection;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.OpenSsl.Interop;

/// <summary>
/// Finds libssl and libcrypto once. They are asked for by the same names as .NET's own cryptography asks for, so that
/// the dynamic linker gives both the same copy: two in one process would not share an error queue, a random generator
/// or an object's layout.
/// </summary>
internal static class NativeLibraries
{
    internal const string Crypto = "libcrypto.so.3";
    internal const string Ssl = "libssl.so.3";

    /// <summary>OpenSSL 3.0.0 in the layout of <c>OPENSSL_VERSION_NUMBER</c>.</summary>
    private const ulong OldestVersion = 0x30000000;

    private static readonly Lazy<string?> Reason = new(Probe);

    /// <summary>Why the libraries cannot be used, in an operator's words; null when they can.</summary>
    internal static string? NotSupportedReason => Reason.Value;

    /// <summary>
    /// Whether libcrypto has its hashes as plain functions; a build without deprecated interfaces does not.
    /// </summary>
    internal static bool HasHashFunctions { get; } =
        NativeLibrary.TryLoad(Crypto, Assembly.GetExecutingAssembly(), null, out var library)
        && NativeLibrary.TryGetExport(library, "SHA256_Init", out _)
        && NativeLibrary.TryGetExport(library, "SHA384_Init", out _);

    /// <exception cref="OpenSslException">The libraries cannot be used.</exception>
    internal static void ThrowIfNotSupported()
    {
        if (NotSupportedReason is { } reason) throw new OpenSslException(reason);
    }

    /// <summary>The distinct files of a library that are mapped into this process.</summary>
    internal static IReadOnlyList<string> LoadedCopies(string name) =>
        [.. File.ReadLines("/proc/self/maps")
            .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "")
            .Where(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)];

    private static string? Probe()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in (string[])[Crypto, Ssl])
        {
            if (!NativeLibrary.TryLoad(name, assembly, null, out _))
                return $"{name} was not found. OpenSSL 3.0 or newer is needed: install the package libssl3 "
                    + "(Debian 12, Ubuntu) or libssl3t64 (Debian 13).";
        }

        if (LibCrypto.OpenSSL_version_num() < OldestVersion)
            return $"{OpenSslLibrary.ReadVersion()} is too old: OpenSSL 3.0 or newer is needed.";
        foreach (var name in (string[])["libcrypto.so", "libssl.so"])
        {
            var copies = LoadedCopies(name);
            if (copies.Count > 1)
                return $"{copies.Count} copies of {name} are loaded ({string.Join(", ", copies)}). "
                    + "Start again without LD_PRELOAD, LD_LIBRARY_PATH or CLR_OPENSSL_VERSION_OVERRIDE.";
        }

        return null;
    }
}
