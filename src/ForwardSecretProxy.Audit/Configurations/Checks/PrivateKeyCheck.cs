using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>Whether the certificate's private key is a file that can be copied and handed over.</summary>
internal sealed class PrivateKeyCheck : ServiceCheck
{
    /// <summary>The check's id.</summary>
    public const string Id = "config-private-key";

    /// <inheritdoc/>
    public override CheckDescription Description { get; } = new(
        Id, "The private key lives on a token, not in a file",
        "A private key in a file is a master key: it is in every backup, it can be copied without a trace, and it can be demanded. "
        + "Whoever has it can pose as the server until the certificate is revoked. Whether it also opens what was recorded depends on "
        + "the key exchange, which other checks look at.",
        ["RFC 7512", "NIST SP 800-57 part 1, section 8.1.5", "BSI TR-02102-2, section 3.6"],
        new Dictionary<string, string>
        {
            ["nginx"] = "Make a key on a PKCS#11 token and name it: ssl_certificate_key \"engine:pkcs11:pkcs11:token=web;object=web\" "
                + "(store:pkcs11:... since 1.29), or put fsp in front, which refuses any other kind of key.",
            ["apache"] = "Make a key on a PKCS#11 token and name it: SSLCertificateKeyFile "
                + "\"pkcs11:token=web;object=web\" (2.4.42 and later).",
            ["haproxy"] = "Load OpenSSL's pkcs11 provider (ssl-provider pkcs11) and have crt "
                + "name a file with the key's URI, or put fsp in front.",
            ["postfix"] = "Name a file that has a \"PKCS#11 PROVIDER URI\" block, "
                + "with OpenSSL's pkcs11 provider, or put fsp in front (Protocol smtp).",
            ["dovecot"] = "Put fsp in front (Protocol imap, pop3 or sieve): Dovecot takes keys from files only.",
            ["fsp"] = "Nothing: fsp serves with keys on tokens only.",
        });

    /// <inheritdoc/>
    protected override IEnumerable<Finding> Examine(ServiceObservation service, ConfigurationObservation seen) =>
        service.Keys.Count == 0
            ? [Find(FindingLevel.Unexamined, "No private key is named, so none was looked at", null, service)]
            : service.Keys.Select(key => Judge(key, service));

    private Finding Judge(KeyObservation key, ServiceObservation service) => key.Storage switch
    {
        KeyStorage.PlainFile => Find(FindingLevel.Failure, $"The private key can be read in {key.Name}", key.Location, service) with
        {
            Evidence = Evidence(key),
        },
        KeyStorage.EncryptedFileWithPassword => Find(FindingLevel.Failure,
            $"The private key in {key.Name} is encrypted, and the server is given the password without anybody asking for it",
            key.Location, service) with
        {
            Evidence = Evidence(key),
        },
        KeyStorage.EncryptedFile => Find(FindingLevel.Warning,
            $"The private key in {key.Name} is encrypted with a password; the two together can be copied and handed over",
            key.Location, service) with
        {
            Evidence = Evidence(key),
        },
        KeyStorage.Engine => Find(FindingLevel.Note,
            $"The private key comes from an engine or provider ({key.Name}); whether it can be copied there is not seen",
            key.Location, service),
        KeyStorage.Unseen => Find(FindingLevel.Unexamined, $"The private key {key.Name} could not be looked at: {key.Remark}",
            key.Location, service),
        _ => Pass("The private keys are on tokens (PKCS#11); whether they can be exported there, fsp key verify tells"),
    };

    private static List<string> Evidence(KeyObservation key)
    {
        var evidence = new List<string>();
        if (key.Algorithm is not null) evidence.Add($"algorithm: {key.Algorithm}");
        if (key.Mode is not null) evidence.Add($"mode: {key.Mode}");
        if (key.IsWorldReadable) evidence.Add("every user of the machine may read it");
        return evidence;
    }
}
