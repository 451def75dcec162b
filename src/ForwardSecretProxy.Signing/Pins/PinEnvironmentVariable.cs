using System.Security.Cryptography;
using System.Text;

namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN in an environment variable. Other processes of the same user can read it, and so can child processes; a file
/// or a systemd credential is better where there is a choice.
/// </summary>
public sealed class PinEnvironmentVariable(string name) : PinSource
{
    /// <inheritdoc/>
    public override string Description => $"the environment variable {name}";

    /// <inheritdoc/>
    public override Pin Read()
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (string.IsNullOrEmpty(value))
            throw new TokenException($"The environment variable {name}, which should hold the PIN, is not set.");
        if (value.Length > Pin.MaxLength)
            throw new TokenException($"The PIN in {name} is longer than {Pin.MaxLength} bytes.");

        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Pin.MaxLength)];
        try
        {
            return Pin.Copy(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(utf8);
        }
    }
}
