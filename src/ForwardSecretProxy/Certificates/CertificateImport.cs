using System.Text;

namespace ForwardSecretProxy.Certificates;

/// <summary>
/// Takes a certificate that a CA sent, checks it as <c>fsp check</c> would, and installs it only when nothing is wrong.
/// </summary>
internal static class CertificateImport
{
    /// <summary>Checks <paramref name="chain"/> and puts it in <paramref name="target"/>.</summary>
    /// <param name="chain">What the CA sent.</param>
    /// <param name="target">The file that the configuration names.</param>
    /// <param name="signerSpki">The public key on the token.</param>
    /// <param name="now">The moment at which the chain should be valid.</param>
    /// <exception cref="IOException">It could not be written; the target is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; the target is as it was.</exception>
    public static ImportResult Run(
        CertificateChain chain, string target, ReadOnlyMemory<byte> signerSpki, DateTimeOffset now)
    {
        var problems = chain.Check(now, signerSpki);
        if (problems.Any(problem => problem.Severity == ProblemSeverity.Error))
            return new ImportResult(ImportOutcome.Refused, chain, problems);

        // From what was checked, not from its file, which may have changed since.
        var replaced = AtomicFile.Replace(target, Encoding.ASCII.GetBytes(chain.ToPem()));
        return new ImportResult(replaced ? ImportOutcome.Installed : ImportOutcome.AlreadyThere, chain, problems);
    }
}

/// <summary>How an import ended.</summary>
/// <param name="Outcome">Whether the target changed.</param>
/// <param name="Chain">What was read.</param>
/// <param name="Problems">What was found: errors when refused, warnings in any case.</param>
internal sealed record ImportResult(
    ImportOutcome Outcome, CertificateChain Chain, IReadOnlyList<CertificateProblem> Problems);

/// <summary>Whether an import changed its target.</summary>
internal enum ImportOutcome
{
    /// <summary>Something is wrong with the chain; nothing was touched.</summary>
    Refused,

    /// <summary>The chain is in its place.</summary>
    Installed,

    /// <summary>The very same chain was there already; nothing was touched.</summary>
    AlreadyThere,
}
