using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Hardening;

/// <summary>Runs <see cref="HardeningProbeCommand"/> in a process of its own.</summary>
internal static class HardeningProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What a process says that is restricted so, and that tries what is told.</summary>
    /// <exception cref="CommandFailedException">It did not get as far as saying anything.</exception>
    public static async Task<ProbeResult> RunAsync(
        FileInfo file, ProbedHardening apply, IEnumerable<string> tries, CancellationToken cancellationToken)
    {
        using var probe = Process.Start(Command(file, apply, tries))!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var output = probe.StandardOutput.ReadToEndAsync(limit.Token);
        var error = probe.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await probe.WaitForExitAsync(limit.Token);
            if (probe.ExitCode == ExitCode.AllWell && Read(await output) is { } result)
                return result;
            throw new CommandFailedException($"a process that is restricted like the proxy ended with {probe.ExitCode}: {await error}");
        }
        finally
        {
            if (!probe.HasExited)
                probe.Kill();
        }
    }

    private static ProcessStartInfo Command(FileInfo file, ProbedHardening apply, IEnumerable<string> tries)
    {
        var start = SelfProcess.StartInfo([HardeningProbeCommand.Name, "--config", file.FullName, "--apply", apply.ToString()]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var each in tries)
        {
            start.ArgumentList.Add("--try");
            start.ArgumentList.Add(each);
        }

        return start;
    }

    private static ProbeResult? Read(string output)
    {
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(output));
            return JsonOutput.Read<ProbeResult>(stream);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
