using System.Text.Json;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Acme;

/// <summary>What is remembered of a certificate's renewal, in a small file beside its chain. Losing it costs nothing but a draw.</summary>
internal sealed record RenewalState
{
    private const string Suffix = ".acme.json";
    private const int MaxBytes = 64 * 1024;

    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly JsonSerializerOptions Json = new(AcmeMessages.Json) { WriteIndented = true };

    /// <summary>The SHA-256 of the certificate that it is about, in hexadecimal.</summary>
    public string? Certificate { get; init; }

    /// <summary>When that should be renewed.</summary>
    public RenewalWindow? Window { get; init; }

    /// <summary>The moment that was drawn from the window.</summary>
    public DateTimeOffset? RenewAt { get; init; }

    /// <summary>When the authority is asked for another window; null where it suggests none.</summary>
    public DateTimeOffset? AskAgainAt { get; init; }

    /// <summary>How many tries have failed since the last that did not.</summary>
    public int Failures { get; init; }

    /// <summary>When the next try may be made.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>
    /// Whether it failed because a token refused the PIN. Nothing of the PIN is kept, and so it is not known whether it has been
    /// corrected: that is for a person to say.
    /// </summary>
    public bool PinRefused { get; init; }

    /// <summary>Why the last try failed.</summary>
    public string? LastError { get; init; }

    /// <summary>Where it is kept.</summary>
    public static string PathFor(string chain) => chain + Suffix;

    /// <summary>Reads it; an empty one when there is none, or it cannot be read.</summary>
    public static RenewalState Load(string chain)
    {
        try
        {
            var file = new FileInfo(PathFor(chain));
            if (!file.Exists || file.Length > MaxBytes) return new RenewalState();
            return JsonSerializer.Deserialize<RenewalState>(File.ReadAllBytes(file.FullName), Json) ?? new RenewalState();
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            return new RenewalState();
        }
    }

    /// <summary>Replaces it.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(string chain) => AtomicFile.Write(PathFor(chain), JsonSerializer.SerializeToUtf8Bytes(this, Json), Readable);
}
