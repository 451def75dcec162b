using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Audit.Profiles;
using Json.Schema;

namespace ForwardSecretProxy.Tests.Audit.Profiles;

/// <summary>The schema for people's own policies against the policies that come with the program.</summary>
public class ProfileSchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromFile(Repository.PathOf("docs/audit-profile.schema.json"));

    private static readonly Assembly Audit = typeof(BuiltInProfiles).Assembly;

    public static TheoryData<string> Resources =>
        [.. Audit.GetManifestResourceNames().Where(name => name.EndsWith(".json", StringComparison.Ordinal) && name.Contains(".Profiles.", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Resources))]
    public void BuiltIn_EachProfile_FollowsTheSchema(string resource) => Assert.True(Schema.Evaluate(Read(resource)).IsValid);

    [Theory]
    [MemberData(nameof(Resources))]
    public void BuiltIn_WithAKeyTooMany_DoesNot(string resource)
    {
        // The control of the one above.
        var profile = Read(resource)!.AsObject();
        profile["rules"]![0]!["allow"] = new JsonArray();

        Assert.False(Schema.Evaluate(profile).IsValid);
    }

    [Fact]
    public void Schema_Features_AreThoseThatTheReaderKnows()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("docs/audit-profile.schema.json")));
        var rules = schema.RootElement.GetProperty("properties").GetProperty("rules").GetProperty("items").GetProperty("oneOf");
        var features = rules.EnumerateArray().Select(rule => rule.GetProperty("properties"))
            .Single(rule => rule.TryGetProperty("feature", out _)).GetProperty("feature").GetProperty("enum");

        Assert.Equal(ProfileNames.Features.Keys.Order(), features.EnumerateArray().Select(one => one.GetString()!).Order());
    }

    private static JsonNode? Read(string resource)
    {
        using var input = Audit.GetManifestResourceStream(resource)!;
        return JsonNode.Parse(input);
    }
}
