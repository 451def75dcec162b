using System.Text;

namespace ForwardSecretProxy.Signing.Keys;

/// <summary>All that the key gate found out about a key. There is no way to use a key that did not pass.</summary>
/// <param name="Key">The key's URI, without its query.</param>
/// <param name="Findings">Every check, passed or not.</param>
/// <param name="Schemes">The schemes that the key really makes, most preferred first.</param>
/// <param name="UnavailableSchemes">Those that its token lacks.</param>
public sealed record KeyGateReport(
    string Key,
    IReadOnlyList<KeyGateFinding> Findings,
    IReadOnlyList<SignatureScheme> Schemes,
    IReadOnlyList<UnavailableScheme> UnavailableSchemes)
{
    /// <summary>
    /// Whether the key is the right one and as it should be, but makes no signature that verifies: a fault of the token's.
    /// </summary>
    public bool OnlySignaturesFailed { get; init; }

    /// <summary>Whether everything is as wanted.</summary>
    public bool Passed => Findings.All(finding => finding.Passed);

    /// <summary>The whole report in lines of text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(Passed ? $"The key {Key} passed every check." : $"The key {Key} must not be used.");
        foreach (var finding in Findings)
        {
            text.AppendLine(null, $"  {(finding.Passed ? "pass" : "FAIL")}  {finding.Check}: wanted {finding.Wanted}, "
                + $"found {finding.Found}.");
            if (!finding.Passed)
                text.AppendLine(null, $"        {finding.Why}");
        }

        foreach (var scheme in UnavailableSchemes)
            text.AppendLine(null, $"  note  {scheme.Scheme.Name()} is not offered: {scheme.Reason}.");
        return text.ToString().TrimEnd();
    }
}
