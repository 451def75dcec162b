namespace ForwardSecretProxy.Tests.Audit.Reports;

/// <summary>What a report looks like, kept as a file beside the tests.</summary>
internal static class GoldenFile
{
    /// <summary>Compares; with <c>FSP_WRITE_GOLDEN_FILES=1</c> writes the file first, to be looked at.</summary>
    public static void Check(string name, string text)
    {
        var path = Repository.PathOf(Path.Combine("tests/ForwardSecretProxy.Tests/Audit/Reports/Golden", name));
        if (Environment.GetEnvironmentVariable("FSP_WRITE_GOLDEN_FILES") is "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
