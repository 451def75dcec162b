using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ForwardSecretProxy.Hardening.Execution;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signing.Remote;

namespace ForwardSecretProxy.Signers;

/// <summary>
/// The signer that belongs to this process: started from it, answering only to it, and ending with it. It is executed, not
/// forked, so it has nothing of this process's memory.
/// </summary>
internal static class SignerProcess
{
    /// <summary>
    /// Names the signer's address to this process when it executes itself anew. Not one of the FSP_ variables, which are
    /// configuration.
    /// </summary>
    public const string AddressVariable = "FSPSTAGE_SIGNER";

    private static readonly TimeSpan ParentInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The address of a signer that was started before this process executed itself anew; null for none.</summary>
    public static SignerAddress? Inherited =>
        Environment.GetEnvironmentVariable(AddressVariable) is { Length: > 0 } name ? new SignerAddress(name) : null;

    /// <summary>Starts it for the tokens of <paramref name="file"/>.</summary>
    /// <returns>Where it will listen in a moment.</returns>
    public static SignerAddress Start(FileInfo file)
    {
        // Nobody can guess it, and whoever finds it out is refused for what he is.
        var address = new SignerAddress($"@fsp-signer-{RandomNumberGenerator.GetHexString(32, lowercase: true)}");
        var start = SelfProcess.StartInfo(["signer", "--config", file.FullName, "--for-parent", address.Name,
            "--parent", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        start.Environment[DiagnosticsPort.Variable] = "0";
        using var process = Process.Start(start);
        return address;
    }

    /// <summary>In the signer: returns when the process that started it has ended.</summary>
    /// <param name="parent">That process.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async Task WaitForParentAsync(int parent, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ParentInterval);
        while (ParentProcess.Id == parent && await timer.WaitForNextTickAsync(stop))
        {
            // It is adopted by another process when its parent ends.
        }
    }
}
