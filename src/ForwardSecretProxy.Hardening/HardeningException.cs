using System.Globalization;
using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Hardening;

/// <summary>The kernel has refused to restrict this process.</summary>
public sealed class HardeningException : Exception
{
    /// <summary>A message in an operator's words.</summary>
    public HardeningException(string message)
        : base(message)
    {
    }

    /// <summary>From the error of the native call that was made last.</summary>
    internal static HardeningException FromLastError(string call) =>
        new(string.Create(CultureInfo.InvariantCulture,
            $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()} (errno {Marshal.GetLastPInvokeError()})"));
}
