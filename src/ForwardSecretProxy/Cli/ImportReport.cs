using System.Globalization;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Cli;

/// <summary>What <c>fsp cert import</c> tells, as text or JSON.</summary>
/// <param name="Outcome">Whether the file changed.</param>
/// <param name="File">The file that is to hold the chain.</param>
/// <param name="DnsNames">What the certificate is good for.</param>
/// <param name="NotAfter">When it expires; null when no certificate could be read.</param>
/// <param name="Problems">Errors when refused, warnings in any case.</param>
internal sealed record ImportReport(
    ImportOutcome Outcome,
    string File,
    IReadOnlyList<string> DnsNames,
    DateTimeOffset? NotAfter,
    IReadOnlyList<CertificateProblem> Problems)
{
    /// <summary>Puts together what is told.</summary>
    public static ImportReport From(ImportResult result, string file) =>
        new(result.Outcome, file, result.Chain.DnsNames, result.Chain.Leaf?.NotAfter, result.Problems);

    /// <summary>Writes it for a person.</summary>
    public void WriteText(TextWriter output)
    {
        foreach (var problem in Problems)
        {
            var severity = problem.Severity == ProblemSeverity.Error ? "error" : "warning";
            output.WriteLine($"{severity}: {problem.Message}. {problem.Mend}");
        }

        output.WriteLine(Outcome switch
        {
            ImportOutcome.Refused => $"Not installed; {File} is as it was.",
            ImportOutcome.AlreadyThere => $"{File} holds this chain already.",
            _ => string.Create(CultureInfo.InvariantCulture,
                $"Installed {File}, good for {string.Join(", ", DnsNames)} until {NotAfter:yyyy-MM-dd HH:mm} UTC. "
                + $"Restart fsp to serve it."),
        });
    }
}
