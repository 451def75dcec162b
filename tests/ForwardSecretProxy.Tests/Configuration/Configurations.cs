using System.Collections;
using System.Text;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

/// <summary>Configurations to read: a good one, and the good one with a change.</summary>
internal static class Configurations
{
    public const string Good = """
        {
          "Tokens": { "main": { "Module": "/lib/token.so", "Label": "fsp", "PinFile": "pin" } },
          "Certificates": { "web": { "Chain": "web.pem", "Key": "pkcs11:token=fsp;object=web" } },
          "Listeners": { "https": { "Address": "0.0.0.0:443", "Protocol": "http", "Certificates": [ "web" ] } },
          "Tls": { },
          "Limits": { },
          "ReverseProxy": {
            "Routes": { "all": { "ClusterId": "service", "Match": { "Path": "{**path}" } } },
            "Clusters": { "service": { "Destinations": { "only": { "Address": "http://127.0.0.1:8080" } } } }
          }
        }
        """;

    /// <summary>The good configuration with <paramref name="part"/>, which must be in it, replaced.</summary>
    public static string With(string part, string replacement)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        return Good.Replace(part, replacement, StringComparison.Ordinal);
    }

    public static LoadedConfiguration Load(string json, params (string Variable, string Value)[] environment)
    {
        var variables = new Hashtable();
        foreach (var (variable, value) in environment)
            variables.Add(variable, value);
        return ConfigurationLoader.Load(Encoding.UTF8.GetBytes(json), "/etc/fsp", variables);
    }

    /// <summary>Reads <paramref name="json"/> and returns the one problem with it.</summary>
    public static ConfigurationProblem OnlyProblem(string json, params (string Variable, string Value)[] environment) =>
        Assert.Single(Load(json, environment).Context.Problems);
}
