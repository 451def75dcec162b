namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the <c>ClientCertificates</c> of a listener.</summary>
internal static class ClientCertificateReader
{
    private const string None = "none";
    private const string Optional = "optional";
    private const string Required = "required";

    /// <summary>Reads the object; null when no certificate is asked for, or too little of it can be used.</summary>
    public static ClientCertificateOptions? Read(SectionReader section)
    {
        var mode = section.Choice("Mode", None, None, Optional, Required);
        var authorities = section.FilePath("CaFile");
        var revocation = section.FilePath("CrlFile");
        section.RejectUnknownKeys();
        if (mode != None && authorities is null)
        {
            section.Report("CaFile", "it is missing: nobody's certificates would be accepted",
                "Set it to a PEM file with the CAs of your clients, for example \"CaFile\": \"clients-ca.pem\".");
        }

        // Who names a CA believes that certificates are checked.
        if (mode == None && (authorities ?? revocation) is not null)
        {
            section.Report("Mode", section.Has("Mode") ? "it is none, so the files beside it are not used" : "it is missing",
                "Write \"required\" or \"optional\", or remove the object.");
        }

        return mode == None || authorities is null
            ? null
            : new ClientCertificateOptions { Required = mode == Required, CaFile = authorities, CrlFile = revocation };
    }
}
