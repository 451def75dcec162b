using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Cli;

namespace ForwardSecretProxy.Tests.Audit.Reports;

/// <summary>The JSON Schema of what <c>fsp audit --json</c> prints, made from the types and their documentation.</summary>
internal sealed class SchemaOfTypes
{
    private readonly SortedDictionary<string, JsonNode> _definitions = new(StringComparer.Ordinal);

    private readonly Dictionary<string, XElement> _documentation =
        XDocument.Load(Path.ChangeExtension(typeof(AuditReport).Assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!);

    private SchemaOfTypes()
    {
    }

    /// <summary>The whole document.</summary>
    public static JsonObject Make()
    {
        var made = new SchemaOfTypes();
        var options = new JsonSerializerOptions(JsonOutput.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        options.GetJsonSchemaAsNode(typeof(AuditReport), new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true, TransformSchemaNode = made.Transform,
        });
        var report = (JsonObject)made._definitions[nameof(AuditReport)];
        made._definitions.Remove(nameof(AuditReport));
        report["properties"]!["schema"]!["const"] = AuditReport.CurrentSchema;
        var document = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = $"A report of fsp audit ({AuditReport.CurrentSchema})",
        };
        foreach (var (name, value) in report)
            document[name] = value!.DeepClone();
        document["$defs"] = new JsonObject(made._definitions.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        return document;
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(CipherSuite) || type == typeof(NamedGroup) || type == typeof(SignatureScheme))
            schema = new JsonObject { ["type"] = "string" };
        else if (schema is JsonObject { Count: > 0 } node && type.Assembly == typeof(AuditReport).Assembly)
            schema = Define(context, type, node);
        if (context.PropertyInfo is { } property && Document(property.DeclaringType, property.Name) is { Length: > 0 } text)
            schema.AsObject().Insert(0, "description", text);
        return schema;
    }

    // Each type once, under its name.
    private JsonObject Define(JsonSchemaExporterContext context, Type type, JsonObject node)
    {
        var reference = new JsonObject { ["$ref"] = $"#/$defs/{type.Name}" };
        // The second time the exporter points at the first place, which the definition has taken away.
        if (node["$ref"] is not null)
            return context.PropertyInfo is { IsGetNullable: true } ? OrNull(reference) : reference;
        var isNullable = node["type"] is JsonArray types && types.Any(each => (string?)each == "null");
        if (isNullable)
            node["type"] = "object";
        if (node["properties"] is not null)
        {
            node["required"] = new JsonArray([.. context.TypeInfo.Properties.Where(each => each.ShouldSerialize is null).Select(each => each.Name)]);
            node["additionalProperties"] = false;
        }

        node["description"] = Words(_documentation.GetValueOrDefault($"T:{type.FullName}")?.Element("summary"));
        _definitions[type.Name] = node;
        return isNullable ? OrNull(reference) : reference;
    }

    private static JsonObject OrNull(JsonObject schema) => new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };

    // A property's own, or that of the record's parameter.
    private string Document(Type type, string name)
    {
        var declared = char.ToUpperInvariant(name[0]) + name[1..];
        var summary = _documentation.GetValueOrDefault($"P:{type.FullName}.{declared}")?.Element("summary")
            ?? _documentation.GetValueOrDefault($"T:{type.FullName}")?.Elements("param").FirstOrDefault(each => (string?)each.Attribute("name") == declared);
        return Words(summary);
    }

    private static string Words(XElement? documentation)
    {
        if (documentation is null)
            return "";
        var copy = new XElement(documentation);
        foreach (var reference in copy.Descendants().Where(each => each.Attribute("cref") is not null || each.Attribute("name") is not null).ToList())
            reference.Value = ((string?)reference.Attribute("cref") ?? (string)reference.Attribute("name")!).Split('.', ':')[^1];
        return string.Join(' ', copy.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
