using System.Text.Json;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A request as a backend received it; header names in lower case.</summary>
internal sealed record SeenRequest(
    string Method, string Target, string Protocol, Dictionary<string, string> Headers, string Body)
{
    /// <summary>Reads a backend's answer.</summary>
    public static SeenRequest Parse(string json) => JsonSerializer.Deserialize<SeenRequest>(json)!;
}
