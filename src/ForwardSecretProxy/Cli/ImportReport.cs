using System.Globalization;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Cli;

/// <summary>What <c>fsp cert import</c> tells, as text or JSON.</summary>
/// <param name="Outcome">Whether the file changed.</param>
/// <param name="File">The file that is to hold the chain.</param>
/// <param name="DnsNames">What the certificate is good for.</param>
/// <param name="NotAfter">When it expires; null when no certificate could be read.</param>
/// <param name="OldKeyUntil">Until when the key before it is kept; null when it is for the same key.</param>
/// <param name="Problems">Errors when refused, warnings in any case.</param>
internal sealed record ImportReport(
    ImportOutcome Outcome,
    string File,
    IReadOnlyList<string> DnsNames,
    DateTimeOffset? NotAfter,
    DateTimeOffset? OldKeyUntil,
    IReadOnlyList<CertificateProblem> Problems)
{
    /// <summary>Puts together what is told.</summary>
    /// <param name="result">How the import ended.</param>
    /// <param name="file">The file that is to hold the chain.</param>
    /// <param name="oldKeyUntil">Until when the key before it is kept; null when it is for the same key.</param>
    public static ImportReport From(ImportResult result, string file, DateTimeOffset? oldKeyUntil) =>
        new(result.Outcome, file, result.Chain.DnsNames, result.Chain.Leaf?.NotAfter, oldKeyUntil, result.Problems);

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
                + $"A running fsp takes it up by itself."),
        });
        if (OldKeyUntil is { } until)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"It is for another key than before. The old one is kept until {until:yyyy-MM-dd HH:mm} UTC: until then importing "
                + $"{File}{AtomicFile.PreviousSuffix} goes back, after that `fsp key rotate` destroys it."));
        }
    }
}
