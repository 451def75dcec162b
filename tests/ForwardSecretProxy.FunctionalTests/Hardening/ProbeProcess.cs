using System.Text.Json;
using System.Text.Json.Nodes;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Hardening;

/// <summary>A process that is restricted as the proxy is, with a configuration that names a folder's files.</summary>
internal static class ProbeProcess
{
    /// <summary>Writes a configuration whose only files lie in its own folder.</summary>
    public static string WriteConfiguration(TemporaryDirectory folder) => new ProxyConfiguration("http://127.0.0.1:1")
        .WithToken("/no/module.so", "fsp", folder.File("pin"))
        .WithCertificate("web", folder.File("web.pem"), "pkcs11:token=fsp;object=web")
        .WriteTo(folder);

    /// <summary>The command line after the program, for one that is restricted by <paramref name="apply"/>.</summary>
    public static string[] Arguments(string configuration, string apply, params IEnumerable<string> tries) =>
        ["hardening-probe", "--config", configuration, "--apply", apply, .. tries.SelectMany(each => (string[])["--try", each])];

    /// <summary>Runs it, and says which tries succeeded.</summary>
    public static async Task<Dictionary<string, bool>> TryAsync(string configuration, string apply, params IEnumerable<string> tries)
    {
        var result = await FspProcess.RunAsync(Arguments(configuration, apply, tries));
        Assert.True(result.ExitCode == 0, result.Text);
        return JsonNode.Parse(result.Output)!["tries"]!.AsArray()
            .ToDictionary(each => (string)each!["what"]!, each => (bool)each!["succeeded"]!);
    }

    /// <summary>Runs it, and says which measures are in force.</summary>
    public static async Task<Dictionary<string, bool>> MeasureAsync(string configuration, string apply)
    {
        var result = await FspProcess.RunAsync(Arguments(configuration, apply));
        Assert.True(result.ExitCode == 0, result.Text);
        return Measures(JsonDocument.Parse(result.Output).RootElement);
    }

    /// <summary>By name, of one process's JSON.</summary>
    public static Dictionary<string, bool> Measures(JsonElement process) => process.GetProperty("measures").EnumerateArray()
        .ToDictionary(each => each.GetProperty("name").GetString()!, each => each.GetProperty("inForce").GetBoolean());
}
