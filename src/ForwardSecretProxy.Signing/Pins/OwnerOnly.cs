using Microsoft.Win32.SafeHandles;

namespace ForwardSecretProxy.Signing.Pins;

/// <summary>The demand on every file that holds a secret: nobody but its owner can read or write it.</summary>
public static class OwnerOnly
{
    private const UnixFileMode Shared = UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Whether the open file meets it.</summary>
    public static bool Holds(SafeFileHandle file) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Shared) == 0;
}
