using System.Text.Json;
using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>A group of IANA's registry "TLS Supported Groups".</summary>
/// <param name="Code">The number on the wire.</param>
/// <param name="Name">IANA's name.</param>
/// <param name="Kind">What the group computes with.</param>
/// <param name="Bits">The size of its field, or of the whole key share's classical part for a hybrid; as people quote it.</param>
[JsonConverter(typeof(NameConverter))]
public sealed record NamedGroup(ushort Code, string Name, NamedGroupKind Kind, int Bits)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed class NameConverter : JsonConverter<NamedGroup>
    {
        public override NamedGroup Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            NamedGroups.Find(reader.GetString() ?? "") ?? throw new JsonException("no group has this name");

        public override void Write(Utf8JsonWriter writer, NamedGroup value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
