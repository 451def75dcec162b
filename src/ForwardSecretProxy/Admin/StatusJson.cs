using System.Text.Json;

namespace ForwardSecretProxy.Admin;

/// <summary>How the status is written and read. Its encoder leaves no <c>&lt;</c>: it can stand in a page.</summary>
internal static class StatusJson
{
    /// <summary>camelCase, and what is missing is an error.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
