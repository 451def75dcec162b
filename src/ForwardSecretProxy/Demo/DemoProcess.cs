using System.Diagnostics;
using System.Runtime.InteropServices;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Demo;

/// <summary>
/// Runs the demonstration in a process of its own, because SoftHSM looks for its configuration in the environment
/// that the process was started with: what .NET sets later does not reach native code on Unix. The child's standard
/// input is its lifeline: when this process ends, in whatever way, the pipe closes and the child stops as on ctrl-C.
/// </summary>
internal static class DemoProcess
{
    /// <summary>Names SoftHSM's configuration; the module reads it when it is loaded.</summary>
    private const string ConfigurationVariable = "SOFTHSM2_CONF";

    private static readonly PosixSignal[] Signals =
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    /// <summary>Starts fsp again with <paramref name="arguments"/> and waits for its end.</summary>
    /// <param name="arguments">The child's command line after <c>fsp</c>.</param>
    /// <param name="softHsmConfiguration">What <c>SOFTHSM2_CONF</c> is set to.</param>
    /// <returns>The child's exit code.</returns>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, string softHsmConfiguration)
    {
        var start = SelfProcess.StartInfo(arguments);
        start.RedirectStandardInput = true;
        start.Environment[ConfigurationVariable] = softHsmConfiguration;

        using var child = Process.Start(start)!;
        var registrations = Signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            child.StandardInput.Close();
        })).ToList();
        await child.WaitForExitAsync();
        registrations.ForEach(registration => registration.Dispose());
        return child.ExitCode;
    }

    /// <summary>In the child: is cancelled when the parent lets go.</summary>
    public static CancellationToken WatchLifeline()
    {
        var released = new CancellationTokenSource();
        _ = WaitForEndAsync(Console.OpenStandardInput(), released);
        return released.Token;
    }

    private static async Task WaitForEndAsync(Stream input, CancellationTokenSource released)
    {
        // The first read would block the caller: a pipe is not read asynchronously.
        await Task.Yield();
        await using (input)
        {
            var buffer = new byte[1];
            while (await input.ReadAsync(buffer) > 0)
            {
                // Nothing is ever written to it.
            }
        }
        await released.CancelAsync();
    }
}
