using System.Text.Json;
using System.Text.Json.Serialization;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;

namespace ForwardSecretProxy.Rotation;

/// <summary>Keeps the state of a change of keys in a file beside the chain, which is there as long as the change is.</summary>
internal static class RotationFile
{
    private const string Suffix = ".rotation.json";
    private const int Version = 1;

    // A state with keys of 4096 bits has some 2 KB; what is longer is another file.
    private const int MaxLength = 64 * 1024;

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new PublicKeyConverter() },
    };

    /// <summary>The file that belongs to a chain.</summary>
    public static string PathFor(string chain) => chain + Suffix;

    /// <summary>Reads it; the empty state when there is none.</summary>
    /// <exception cref="RotationException">It holds something else.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static RotationState Load(string chain)
    {
        var path = PathFor(chain);
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MaxLength)
                throw new JsonException("it is too long");
            var document = JsonSerializer.Deserialize<Document>(file, Format) ?? throw new JsonException("it is empty");
            return document.ToState();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new RotationState();
        }
        catch (JsonException exception)
        {
            var place = exception.Path is null or "$" ? "" : $" at {exception.Path}";
            throw new RotationException($"{path} is not what fsp wrote there{place}. It says which key comes next and which "
                + "old one is to be destroyed. Bring it back from a copy, or delete it: that destroys no key, and "
                + "`fsp cert status` shows those that nothing is recorded of.");
        }
    }

    /// <summary>Reads it, and what it is now that the chain is for <paramref name="current"/>; null for no key.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static RotationState LoadSettled(string chain, SubjectPublicKey? current, DateTimeOffset now) =>
        current is null ? Load(chain) : Load(chain).Settle(current, now);

    /// <summary>Writes it whole or not at all; an empty state is no file.</summary>
    /// <exception cref="IOException">It cannot be written; it is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; it is as it was.</exception>
    public static void Save(string chain, RotationState state)
    {
        if (state.IsEmpty)
            File.Delete(PathFor(chain));
        else
            AtomicFile.Overwrite(PathFor(chain), JsonSerializer.SerializeToUtf8Bytes(Document.Of(state), Format));
    }

    private sealed record Document(
        int Version, TimeSpan Keep, SubjectPublicKey Current, NextKey? Next, IReadOnlyList<OldKey> Old)
    {
        public static Document Of(RotationState state) => new(
            RotationFile.Version, state.Keep, state.Current!, state.Next, state.Old);

        public RotationState ToState()
        {
            if (Version != RotationFile.Version)
                throw new JsonException("another version", "$.version", null, null);
            if (Keep <= TimeSpan.Zero)
                throw new JsonException("no time", "$.keep", null, null);
            if (Next is { Id: var id } && (id.Length is 0 or > 256 || id.Length % 2 != 0 || !id.All(char.IsAsciiHexDigitLower)))
                throw new JsonException("no id", "$.next.id", null, null);
            return new RotationState { Keep = Keep, Current = Current, Next = Next, Old = Old };
        }
    }

    private sealed class PublicKeyConverter : JsonConverter<SubjectPublicKey>
    {
        public override SubjectPublicKey Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            try
            {
                return SubjectPublicKey.Parse(reader.GetBytesFromBase64());
            }
            catch (Exception exception) when (exception is TokenException or FormatException or InvalidOperationException)
            {
                throw new JsonException();
            }
        }

        public override void Write(Utf8JsonWriter writer, SubjectPublicKey value, JsonSerializerOptions options) =>
            writer.WriteBase64StringValue(value.Encoded.Span);
    }
}
