using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Audit.Configurations;

/// <summary>What a running server really speaks, asked with <c>openssl s_client</c>, offer by offer.</summary>
internal static partial class RealServer
{
    private const string Everything = "ALL:COMPLEMENTOFALL";

    private static readonly (TlsVersion Version, string Option)[] Options =
    [
        (TlsVersion.Tls10, "-tls1"), (TlsVersion.Tls11, "-tls1_1"), (TlsVersion.Tls12, "-tls1_2"), (TlsVersion.Tls13, "-tls1_3"),
    ];

    /// <summary>The versions it agrees to.</summary>
    public static async Task<List<TlsVersion>> VersionsAsync(int port)
    {
        var versions = new List<TlsVersion>();
        foreach (var (version, option) in Options)
            if (await ChooseAsync(port, $"{option} -cipher {Everything}:@SECLEVEL=0") is not null) versions.Add(version);
        return versions;
    }

    /// <summary>Its suites of TLS 1.2, in the order in which it picks them while the client offers all that are left.</summary>
    public static async Task<List<CipherSuite>> SuitesAsync(int port)
    {
        var suites = new List<CipherSuite>();
        var offer = Everything;
        while (await ChooseAsync(port, $"-tls1_2 -cipher {offer}:@SECLEVEL=0") is { } name)
        {
            suites.Add(CipherSuites.Find(name)!);
            offer += ":!" + name;
        }
        return suites;
    }

    private static async Task<string?> ChooseAsync(int port, string options)
    {
        var report = await ProcessRunner.RunAsync("openssl",
            ["s_client", "-connect", $"127.0.0.1:{port}", "-servername", "www.example.org", .. options.Split(' ')], "");
        var name = Chosen().Match(report.Output).Groups[1].Value;
        return name is "" or "(NONE)" ? null : name;
    }

    [GeneratedRegex("^New, .*, Cipher is (.+)$", RegexOptions.Multiline)]
    private static partial Regex Chosen();
}
