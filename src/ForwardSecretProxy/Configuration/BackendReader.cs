namespace ForwardSecretProxy.Configuration;

/// <summary>Reads one entry of <c>Backends</c>.</summary>
internal static class BackendReader
{
    /// <summary>Reads the entry; what cannot be used is reported.</summary>
    public static BackendOptions Read(SectionReader backend)
    {
        var defaults = new BackendOptions { Cluster = backend.Name };
        var options = defaults with
        {
            CaFile = backend.FilePath("CaFile"),
            ClientCertificate = backend.FilePath("ClientCertificate"),
            ClientKey = backend.FilePath("ClientKey"),
            ConnectTimeout = backend.Time(
                "ConnectTimeout", defaults.ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
        };
        if (options is { ClientCertificate: not null, ClientKey: null })
            backend.Report("ClientKey", "it is missing", "Set it to the PEM file of ClientCertificate's private key.");
        if (options is { ClientCertificate: null, ClientKey: not null })
            backend.Report("ClientCertificate", "it is missing", "Set it to the PEM file of ClientKey's certificate.");
        backend.RejectUnknownKeys();
        return options;
    }
}
