using System.Text.Json;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Cli;
using Json.Schema;

namespace ForwardSecretProxy.Tests.Audit.Reports;

public class AuditSchemaTests
{
    private const string File = "docs/audit.schema.json";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Reports => ["bad", "good", "configuration", "hostile", "compared"];

    [Fact]
    public void Schema_InDocs_IsThatOfTheTypes()
    {
        var made = SchemaOfTypes.Make().ToJsonString(Indented) + "\n";
        // With the variable set this writes the file; a property that goes or changes its name needs another CurrentSchema.
        if (Environment.GetEnvironmentVariable("FSP_WRITE_AUDIT_SCHEMA") is "1")
            System.IO.File.WriteAllText(Repository.PathOf(File), made);

        Assert.Equal(made, System.IO.File.ReadAllText(Repository.PathOf(File)));
    }

    [Fact]
    public void Schema_ItsMetaSchema_Holds()
    {
        var schema = JsonNode.Parse(System.IO.File.ReadAllText(Repository.PathOf(File)))!;

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string)schema["$schema"]!);
        Assert.True(MetaSchemas.Draft202012.Evaluate(schema).IsValid);
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void Evaluate_AnyReport_Holds(string name)
    {
        var result = Evaluate(Document(name));

        Assert.True(result.IsValid, string.Join("\n", result.Details.Where(each => each.HasErrors)
            .Select(each => $"{each.InstanceLocation}: {string.Join(", ", each.Errors!.Values)}")));
    }

    [Theory]
    [InlineData("subjects")]
    [InlineData("subjects/0/verdict/grade")]
    [InlineData("subjects/0/findings/0/level")]
    [InlineData("subjects/0/endpoint/versions/0/supported")]
    [InlineData("subjects/0/endpoint/keyShares/0/repeated/0/times")]
    [InlineData("checks/0/mends")]
    public void Evaluate_PropertyRenamed_Fails(string path)
    {
        var document = Document("bad");
        var steps = path.Split('/');
        var parent = steps[..^1].Aggregate(document, (node, step) => int.TryParse(step, out var at) ? node[at]! : node[step]!).AsObject();
        var value = parent[steps[^1]]!.DeepClone();
        parent.Remove(steps[^1]);
        parent[steps[^1] + "s"] = value;

        Assert.False(Evaluate(document).IsValid);
    }

    [Fact]
    public void Evaluate_OtherSchemaVersion_Fails()
    {
        var document = Document("good");
        document["schema"] = "fsp-audit/0";

        Assert.False(Evaluate(document).IsValid);
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void Read_WhatWasWritten_IsEqual(string name)
    {
        using var written = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(Document(name)));
        var read = JsonOutput.Read<AuditReport>(written);

        Assert.True(JsonNode.DeepEquals(Document(name), JsonSerializer.SerializeToNode(read, JsonOutput.Options)));
        Assert.Equal(Sample(name).Subjects.SelectMany(each => each.Findings).Select(each => (each.Check, each.Level, each.Message, each.Location)),
            read!.Subjects.SelectMany(each => each.Findings).Select(each => (each.Check, each.Level, each.Message, each.Location)));
    }

    private static EvaluationResults Evaluate(JsonNode document) => JsonSchema.FromFile(Repository.PathOf(File))
        .Evaluate(document, new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });

    private static JsonNode Document(string name) => JsonSerializer.SerializeToNode(Sample(name), JsonOutput.Options)!;

    private static AuditReport Sample(string name) => name switch
    {
        "bad" => SampleReports.Bad(),
        "good" => SampleReports.Good(),
        "configuration" => SampleReports.Configuration(),
        "hostile" => SampleReports.OfHostileServer(),
        _ => SampleReports.Good() with { Changes = BaselineComparison.Of(SampleReports.Bad(), SampleReports.Good()) },
    };
}
