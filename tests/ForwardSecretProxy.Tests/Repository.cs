namespace ForwardSecretProxy.Tests;

/// <summary>The source tree the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The absolute path of its top.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of a file or folder in it.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "ForwardSecretProxy.sln")))
            directory = directory.Parent;
        return directory?.FullName
            ?? throw new InvalidOperationException("The tests do not run from within the repository.");
    }
}
