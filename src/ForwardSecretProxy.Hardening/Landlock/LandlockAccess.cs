namespace ForwardSecretProxy.Hardening.Landlock;

/// <summary>The rights of landlock(7) on files, by the kernel's bits (LANDLOCK_ACCESS_FS_*), and the sets we give.</summary>
[Flags]
public enum LandlockAccess : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Execute a file.</summary>
    Execute = 1 << 0,

    /// <summary>Open a file for writing.</summary>
    WriteFile = 1 << 1,

    /// <summary>Open a file for reading.</summary>
    ReadFile = 1 << 2,

    /// <summary>List a folder.</summary>
    ReadFolder = 1 << 3,

    /// <summary>Remove a folder, or rename one.</summary>
    RemoveFolder = 1 << 4,

    /// <summary>Remove a file, or rename one.</summary>
    RemoveFile = 1 << 5,

    /// <summary>Make a character device.</summary>
    MakeCharacterDevice = 1 << 6,

    /// <summary>Make a folder.</summary>
    MakeFolder = 1 << 7,

    /// <summary>Make a file.</summary>
    MakeFile = 1 << 8,

    /// <summary>Bind a Unix socket.</summary>
    MakeSocket = 1 << 9,

    /// <summary>Make a named pipe.</summary>
    MakePipe = 1 << 10,

    /// <summary>Make a block device.</summary>
    MakeBlockDevice = 1 << 11,

    /// <summary>Make a symbolic link.</summary>
    MakeLink = 1 << 12,

    /// <summary>Link or rename from one folder to another; since ABI 2.</summary>
    Refer = 1 << 13,

    /// <summary>Cut a file; since ABI 3.</summary>
    Truncate = 1 << 14,

    /// <summary>ioctl(2) on a device that was opened by its file; since ABI 5.</summary>
    DeviceControl = 1 << 15,

    /// <summary>Read files and list folders.</summary>
    Read = ReadFile | ReadFolder,

    /// <summary>Read, and replace files by a rename in their folder.</summary>
    Replace = Read | WriteFile | Truncate | MakeFile | RemoveFile,

    /// <summary>Bind a Unix socket and remove it. Reading is how a file in the way is told from a socket.</summary>
    BindSocket = Read | MakeSocket | RemoveFile,

    /// <summary>All that can be granted on what is no folder.</summary>
    OnFile = Execute | WriteFile | ReadFile | Truncate | DeviceControl,

    /// <summary>All that the first version knows.</summary>
    SinceFirst = (1 << 13) - 1,
}
