using System.Text.Json;
using Microsoft.Extensions.Configuration.Memory;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// A configuration file: JSON with comments and trailing commas. It is read here rather than by the stock JSON
/// provider because that one stops at the first duplicate key and silently merges duplicate objects.
/// </summary>
internal sealed class ConfigurationFile
{
    private static readonly JsonDocumentOptions Json = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 32,
    };

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ConfigurationProblem> _problems = [];

    private ConfigurationFile()
    {
    }

    /// <summary>Every leaf by its path, as <c>Microsoft.Extensions.Configuration</c> writes paths.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>Syntax errors and duplicate keys.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>False when the file is not a JSON object at all: then there are no values.</summary>
    public bool IsReadable { get; private set; }

    /// <summary>Reads <paramref name="json"/>; what is wrong with it is in <see cref="Problems"/>.</summary>
    public static ConfigurationFile Parse(ReadOnlyMemory<byte> json)
    {
        var file = new ConfigurationFile();
        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(json), Json);
            file.IsReadable = document.RootElement.ValueKind == JsonValueKind.Object;
            if (file.IsReadable)
                file.AddObject("", document.RootElement);
            else
                file.Report("", "the file is not a JSON object", "Start it with { and end it with }.");
        }
        catch (JsonException exception)
        {
            var line = exception.LineNumber + 1;
            var column = exception.BytePositionInLine + 1;
            file.Report("", $"the file is not valid JSON at line {line}, column {column}",
                "Look there, and just before, for a missing comma, quote or bracket.");
        }
        return file;
    }

    /// <summary>The values as a source for a configuration builder.</summary>
    public MemoryConfigurationSource ToSource() => new() { InitialData = _values };

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> json) =>
        json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;

    private void AddObject(string path, JsonElement element)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var empty = true;
        foreach (var property in element.EnumerateObject())
        {
            empty = false;
            var key = Combine(path, property.Name);
            if (seen.Add(property.Name))
                Add(key, property.Value);
            else
                Report(key, "the key stands twice (upper and lower case do not differ)", "Keep one, remove the other.");
        }
        if (empty && path.Length > 0)
            Set(path, null);
    }

    private void AddArray(string path, JsonElement element)
    {
        var index = 0;
        foreach (var item in element.EnumerateArray())
            Add(Combine(path, (index++).ToString(System.Globalization.CultureInfo.InvariantCulture)), item);
        if (index == 0)
            Set(path, "");
    }

    private void Add(string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AddObject(path, value);
                break;
            case JsonValueKind.Array:
                AddArray(path, value);
                break;
            case JsonValueKind.Null:
                Set(path, null);
                break;
            default:
                Set(path, value.ToString());
                break;
        }
    }

    private void Set(string path, string? value)
    {
        // "A": { "B": 1 } and "A:B": 2 name the same leaf.
        if (!_values.TryAdd(path, value))
            Report(path, "the key stands twice", "Keep one, remove the other.");
    }

    private void Report(string path, string message, string mend) =>
        _problems.Add(new ConfigurationProblem(path, message, mend));

    private static string Combine(string path, string name) => path.Length == 0 ? name : $"{path}:{name}";
}
