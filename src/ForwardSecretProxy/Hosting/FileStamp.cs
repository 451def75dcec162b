namespace ForwardSecretProxy.Hosting;

/// <summary>By what it is noticed that a file is another one.</summary>
/// <param name="Path">Where it is, links followed.</param>
/// <param name="Written">When it was written last, in UTC.</param>
/// <param name="Length">Its length in bytes; -1 when there is none.</param>
internal readonly record struct FileStamp(string Path, DateTime Written, long Length)
{
    /// <summary>The stamps of files as they are now.</summary>
    public static IReadOnlyList<FileStamp> Of(IEnumerable<string> paths) => [.. paths.Select(Of)];

    private static FileStamp Of(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return new(file.FullName, file.LastWriteTimeUtc, file is FileInfo { Exists: true } found ? found.Length : -1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new(path, default, -1);
        }
    }
}
