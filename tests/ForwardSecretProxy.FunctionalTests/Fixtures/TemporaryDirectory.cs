namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A directory of mode 0700 that goes away with its owner.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("fsp-test-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file that only its owner may read, and returns its path.</summary>
    public string Write(string name, string content)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, content);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    /// <summary>Lets the accounts of servers pass through it: they see what they can name and may read.</summary>
    public void OpenToServices() =>
        System.IO.File.SetUnixFileMode(Path, System.IO.File.GetUnixFileMode(Path) | UnixFileMode.OtherExecute);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
