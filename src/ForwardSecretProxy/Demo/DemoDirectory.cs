using System.Security.Cryptography;

namespace ForwardSecretProxy.Demo;

/// <summary>
/// Where a demonstration keeps its token, PIN, certificate and configuration, so that the next one finds them again.
/// Only its owner can enter it: it holds a token and its PIN side by side, as no real deployment would.
/// </summary>
internal sealed class DemoDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private DemoDirectory(string path) => FullPath = path;

    /// <summary>The absolute path.</summary>
    public string FullPath { get; }

    /// <summary>SoftHSM's configuration, to which <c>SOFTHSM2_CONF</c> must point before the module is loaded.</summary>
    public string SoftHsmConfiguration => In("softhsm2.conf");

    /// <summary>The user PIN.</summary>
    public string Pin => In("pin");

    /// <summary>The self-signed certificate.</summary>
    public string Certificate => In("localhost.pem");

    /// <summary>Where the demonstration's mail server takes messages.</summary>
    public string Smtp => In("smtp.sock");

    /// <summary>Where it gives them out.</summary>
    public string Pop3 => In("pop3.sock");

    /// <summary>The proxy's configuration.</summary>
    public string Configuration => In("fsp.jsonc");

    /// <summary>Opens the directory, and makes it when it is not there.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made or changed.</exception>
    public static DemoDirectory Open(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("The demonstration needs SoftHSM on Linux.");

        var directory = new DemoDirectory(Path.GetFullPath(path));
        Directory.CreateDirectory(directory.FullPath);
        File.SetUnixFileMode(directory.FullPath, OwnerOnly | UnixFileMode.UserExecute);
        var tokens = directory.In("tokens");
        Directory.CreateDirectory(tokens);
        Write(directory.SoftHsmConfiguration, $"""
            directories.tokendir = {tokens}
            objectstore.backend = file
            log.level = ERROR
            slots.removable = false
            """);
        return directory;
    }

    /// <summary>A PIN that nobody chose. Tokens everywhere take digits.</summary>
    public static string NewPin() => RandomNumberGenerator.GetString("0123456789", 16);

    /// <summary>Writes a file that only the owner can read.</summary>
    public static void Write(string path, string content)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException();

        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        };
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(content.TrimEnd());
    }

    private string In(string name) => Path.Combine(FullPath, name);
}
