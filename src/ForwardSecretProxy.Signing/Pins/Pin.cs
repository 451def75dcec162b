using System.Security.Cryptography;

namespace ForwardSecretProxy.Signing.Pins;

/// <summary>
/// A PIN in memory that the garbage collector does not move, so that no copy stays behind, and that disposing zeroes.
/// </summary>
public sealed class Pin : IDisposable
{
    /// <summary>More than any token takes; what is longer is a wrong file.</summary>
    public const int MaxLength = 256;

    private Pin(byte[] buffer, int length)
    {
        Buffer = buffer;
        Length = length;
    }

    /// <summary>The number of bytes in UTF-8.</summary>
    public int Length { get; private set; }

    /// <summary>The PIN in UTF-8.</summary>
    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);

    /// <summary>The pinned array; only its first <see cref="Length"/> bytes count.</summary>
    internal byte[] Buffer { get; }

    /// <summary>Copies a PIN; the caller zeroes its own.</summary>
    /// <exception cref="TokenException">It is empty or longer than <see cref="MaxLength"/>.</exception>
    public static Pin Copy(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            throw new TokenException("The PIN is empty.");
        if (utf8.Length > MaxLength)
            throw new TokenException($"The PIN is longer than {MaxLength} bytes.");

        var buffer = GC.AllocateUninitializedArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(buffer);
        return new Pin(buffer, utf8.Length);
    }

    /// <summary>Never shows the PIN.</summary>
    public override string ToString() => "PIN";

    /// <summary>Zeroes it.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Buffer);
        Length = 0;
    }
}
