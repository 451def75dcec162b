using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hardening;

/// <summary>Files that a reload names and the running process cannot read, because they are not where those of its start were.</summary>
internal static class OutOfReach
{
    /// <summary>Reports each, with what to do; that a file is not there at all is found out and said where it is read.</summary>
    public static void Report(IEnumerable<string> files, ConfigurationContext context)
    {
        foreach (var file in files.Where(file => !CanRead(file)))
        {
            context.Report("", $"{file} is out of the running process's reach, which is what the configuration named when it started",
                "Restart it (systemctl restart fsp). With the folder of a file that was named at the start, a reload does.");
        }
    }

    private static bool CanRead(string file)
    {
        try
        {
            File.OpenHandle(file).Dispose();
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
