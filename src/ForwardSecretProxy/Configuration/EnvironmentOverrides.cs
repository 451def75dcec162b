using System.Collections;
using Microsoft.Extensions.Configuration.Memory;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// Keys set by environment variables: <c>FSP_</c>, then the path with <c>__</c> for each colon, as in any .NET host:
/// <c>FSP_Tls__Profile=modern</c>. The prefix keeps unrelated variables out, because unknown keys are errors. Of
/// variables without <c>__</c> only the key that stands at the top level is one, so <c>FSP_PIN</c> is free to hold a PIN.
/// </summary>
internal sealed class EnvironmentOverrides
{
    private const string Prefix = "FSP_";
    private const string TopLevelKey = "Signer";

    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _variables = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Picks the keys out of <paramref name="environment"/>.</summary>
    public EnvironmentOverrides(IDictionary environment)
    {
        foreach (DictionaryEntry entry in environment)
        {
            var variable = (string)entry.Key;
            if (!variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                continue;

            var path = variable[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
            if (!path.Contains(':', StringComparison.Ordinal) && !path.Equals(TopLevelKey, StringComparison.OrdinalIgnoreCase))
                continue;

            _values[path] = (string?)entry.Value;
            _variables[path] = variable;
        }
    }

    /// <summary>The variable behind each path.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>The values as a source for a configuration builder.</summary>
    public MemoryConfigurationSource ToSource() => new() { InitialData = _values };
}
