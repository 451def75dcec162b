using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Hosting;

/// <summary>
/// Loads the chains, opens their keys, and checks both and that they belong together. Where there are spares it is enough
/// that one key is there: a spare may lie in the drawer, and a primary may be what it stands in for.
/// </summary>
internal static class CertificatePreparation
{
    /// <summary>Prepares every certificate; those with an error are reported and left out.</summary>
    public static async Task<List<PreparedCertificate>> PrepareAsync(
        IReadOnlyList<CertificateOptions> certificates,
        ISignerSource signers,
        PreparedServer? previous,
        ConfigurationContext context,
        CancellationToken cancellationToken)
    {
        var opened = new List<OpenedCertificate>();
        foreach (var options in certificates)
            opened.Add(await OpenedCertificate.OpenAsync(options, signers, context, cancellationToken));
        foreach (var certificate in opened)
            certificate.Report(context);

        // The tokens were reported before anybody knew whether they can be done without.
        if (opened.TrueForAll(certificate => certificate.Served.Any()) && opened.Exists(certificate => certificate.LacksKeys))
            context.Relax(problem => problem.MayPass && (problem.Path == "Signer" || problem.Path.StartsWith("Tokens:", StringComparison.Ordinal)));

        var redundancy = new KeyRedundancy(opened, previous?.Certificates ?? []);
        return [.. opened.Where(certificate => certificate.Served.Any()).Select(redundancy.Join)];
    }
}
