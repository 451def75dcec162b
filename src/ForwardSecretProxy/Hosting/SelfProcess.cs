using System.Diagnostics;

namespace ForwardSecretProxy.Hosting;

/// <summary>This program, to be executed once more.</summary>
internal static class SelfProcess
{
    /// <summary>How <c>fsp</c> is started with <paramref name="arguments"/>.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        // Started as "dotnet fsp.dll", this process is dotnet.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }
}
