using System.Text.Json;
using System.Text.Json.Serialization;

namespace ForwardSecretProxy.Audit.Registry;

/// <summary>A scheme of IANA's registry "TLS SignatureScheme"; those of TLS 1.2's pairs of hash and algorithm included.</summary>
/// <param name="Code">The number on the wire.</param>
/// <param name="Name">IANA's name, or one made like it for pairs that have none.</param>
/// <param name="Key">The certificate's kind of key that it takes.</param>
[JsonConverter(typeof(NameConverter))]
public sealed record SignatureScheme(ushort Code, string Name, Authentication Key)
{
    /// <inheritdoc/>
    public override string ToString() => Name;

    private sealed class NameConverter : JsonConverter<SignatureScheme>
    {
        public override SignatureScheme Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            SignatureSchemes.Find(reader.GetString() ?? "") ?? throw new JsonException("no signature scheme has this name");

        public override void Write(Utf8JsonWriter writer, SignatureScheme value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Name);
    }
}
