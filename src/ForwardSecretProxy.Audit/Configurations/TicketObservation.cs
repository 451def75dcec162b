using System.Text.Json.Serialization;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>Session tickets, and the keys they are encrypted with (RFC 5077).</summary>
/// <param name="Issued">Whether the server gives them out.</param>
/// <param name="KeyLife">How long a key lives.</param>
/// <param name="KeyLifeText">The same in words.</param>
public sealed record TicketObservation(Setting<Answer> Issued, TicketKeyLife KeyLife, string KeyLifeText)
{
    /// <summary>How long a rotated key lives, if that is known.</summary>
    public TimeSpan? RotatedAfter { get; init; }

    /// <summary>The files with ticket keys.</summary>
    public IReadOnlyList<TicketKeyFile> KeyFiles { get; init; } = [];
}

/// <summary>How long a ticket key lives.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TicketKeyLife>))]
public enum TicketKeyLife
{
    /// <summary>In memory, until the server starts anew or reads its configuration anew: for months, perhaps.</summary>
    [JsonStringEnumMemberName("until-restart")]
    UntilRestart,

    /// <summary>In memory, and replaced after a time.</summary>
    [JsonStringEnumMemberName("rotated")]
    Rotated,

    /// <summary>In the memory of a process that serves one connection.</summary>
    [JsonStringEnumMemberName("one-connection")]
    OneConnection,

    /// <summary>In files, as long as those are not replaced.</summary>
    [JsonStringEnumMemberName("files")]
    Files,
}

/// <summary>A file with ticket keys.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Location">Where the configuration names it.</param>
public sealed record TicketKeyFile(string Path, SourceLocation Location)
{
    /// <summary>When it was last written.</summary>
    public DateTimeOffset? WrittenAt { get; init; }

    /// <summary>Its permissions, in octal.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether others than its owner and group may read it.</summary>
    public bool IsWorldReadable { get; init; }

    /// <summary>Why it could not be looked at.</summary>
    public string? Problem { get; init; }
}
