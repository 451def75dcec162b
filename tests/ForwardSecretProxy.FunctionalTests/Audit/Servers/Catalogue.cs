namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>Every server that the audit is held against.</summary>
internal static class Catalogue
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        .. OpenSslServers.All, .. CertificateServers.All, .. NginxServers.All, .. ApacheServers.All, .. StunnelServers.All,
        .. BouncyCastleServers.All, .. ScriptedServers.All,
    ];

    /// <summary>The server of a name.</summary>
    public static CatalogueEntry Get(string name) => All.Single(entry => entry.Name == name);

    /// <summary>Starts the server of a name.</summary>
    public static Task<AuditedServer> StartAsync(string name, Identities identities) => Get(name).StartAsync(identities);

    /// <summary>All names, as the data of a theory.</summary>
    public static TheoryData<string> Names => [.. All.Select(entry => entry.Name)];

    /// <summary>The names of the good ones, as the data of a theory.</summary>
    public static TheoryData<string> Good => [.. All.Where(entry => entry.IsGood).Select(entry => entry.Name)];

    /// <summary>Each bad server with each of its weaknesses, as the data of a theory.</summary>
    public static TheoryData<string, string> Bad
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var entry in All)
            {
                foreach (var weakness in entry.Weaknesses)
                    data.Add(entry.Name, weakness);
            }

            return data;
        }
    }
}
