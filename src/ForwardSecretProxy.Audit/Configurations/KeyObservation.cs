using System.Text.Json.Serialization;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>A certificate's private key, as the configuration names it. The key itself is neither kept nor shown.</summary>
/// <param name="Name">Its file, or its PKCS#11 URI without a PIN.</param>
/// <param name="Storage">Where it lives.</param>
/// <param name="Location">Where the configuration names it.</param>
public sealed record KeyObservation(string Name, KeyStorage Storage, SourceLocation Location)
{
    /// <summary><c>RSA</c>, <c>EC</c> or another; null when it was not seen.</summary>
    public string? Algorithm { get; init; }

    /// <summary>The file's permissions, in octal.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether others than its owner and group may read the file.</summary>
    public bool IsWorldReadable { get; init; }

    /// <summary>Why it could not be looked at, or what else is to be said.</summary>
    public string? Remark { get; init; }
}

/// <summary>Where a private key lives.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KeyStorage>))]
public enum KeyStorage
{
    /// <summary>In a file, in the clear.</summary>
    [JsonStringEnumMemberName("plain-file")]
    PlainFile,

    /// <summary>In a file, encrypted with a password that stands in another file.</summary>
    [JsonStringEnumMemberName("encrypted-file-with-password")]
    EncryptedFileWithPassword,

    /// <summary>In a file, encrypted with a password.</summary>
    [JsonStringEnumMemberName("encrypted-file")]
    EncryptedFile,

    /// <summary>On a token, by PKCS#11.</summary>
    [JsonStringEnumMemberName("pkcs11")]
    Pkcs11,

    /// <summary>Behind another engine or provider.</summary>
    [JsonStringEnumMemberName("engine")]
    Engine,

    /// <summary>Not seen: the file is not there, may not be read, or is known only when a client comes.</summary>
    [JsonStringEnumMemberName("unseen")]
    Unseen,
}
