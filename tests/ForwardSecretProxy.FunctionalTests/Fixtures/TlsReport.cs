using System.Text.RegularExpressions;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>What s_client wrote about one connection, read for OpenSSL 3.0 to 3.5.</summary>
internal sealed partial record TlsReport(ProcessResult Process)
{
    /// <summary>Whether a handshake was finished.</summary>
    public bool Connected => SummaryLine().IsMatch(Process.Output) && Suite != "(NONE)";

    /// <summary>Whether the last handshake was resumed.</summary>
    public bool Resumed => SummaryLine().Match(Process.Output).Groups[1].Value == "Reused";

    /// <summary>How many handshakes of a -reconnect run were resumed.</summary>
    public int ResumedCount => SummaryLine().Matches(Process.Output).Count(match => match.Groups[1].Value == "Reused");

    /// <summary>How many handshakes were made.</summary>
    public int HandshakeCount => SummaryLine().Count(Process.Output);

    /// <summary>Such as <c>TLSv1.3</c>.</summary>
    public string Version => SummaryLine().Match(Process.Output).Groups[2].Value;

    /// <summary>By OpenSSL's name.</summary>
    public string Suite => SummaryLine().Match(Process.Output).Groups[3].Value;

    /// <summary>The group in lower case, such as <c>x25519</c>, whatever this version of s_client calls it.</summary>
    public string Group
    {
        get
        {
            var name = GroupLine().Matches(Process.Output).LastOrDefault()?.Groups[1].Value.ToLowerInvariant() ?? "";
            return name switch
            {
                "prime256v1" or "secp256r1" => "p-256",
                "secp384r1" => "p-384",
                _ => name,
            };
        }
    }

    /// <summary>Such as <c>ECDSA</c>, <c>RSA-PSS</c> or a scheme's name.</summary>
    public string SignatureType => SignatureLine().Match(Process.Output).Groups[1].Value;

    /// <summary>The verdict on the chain, such as <c>0 (ok)</c>.</summary>
    public string Verification => VerificationLine().Match(Process.Output).Groups[1].Value;

    /// <summary>The subject of the certificate that was presented.</summary>
    public string Subject => SubjectLine().Match(Process.Output).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);

    /// <summary>The number of the fatal alert that ended it; null when there was none.</summary>
    public int? Alert => AlertLine().Match(Process.Text) is { Success: true } match
        ? int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)
        : null;

    [GeneratedRegex(@"^(New|Reused), (\S+), Cipher is (\S+)", RegexOptions.Multiline)]
    private static partial Regex SummaryLine();

    // 3.0: "Server Temp Key: ECDH, prime256v1, 256 bits"; 3.2: "Peer Temp Key: X25519, 253 bits";
    // 3.5 besides: "Negotiated TLS1.3 group: X25519MLKEM768".
    [GeneratedRegex(@"^(?:(?:Server|Peer) Temp Key: (?:ECDH, )?|Negotiated TLS1\.3 group: )([\w-]+)", RegexOptions.Multiline)]
    private static partial Regex GroupLine();

    [GeneratedRegex(@"^Peer signature type: (\S+)", RegexOptions.Multiline)]
    private static partial Regex SignatureLine();

    [GeneratedRegex(@"Verify return code: (.+)$", RegexOptions.Multiline)]
    private static partial Regex VerificationLine();

    [GeneratedRegex(@"^subject=(.+)$", RegexOptions.Multiline)]
    private static partial Regex SubjectLine();

    [GeneratedRegex(@"SSL alert number (\d+)")]
    private static partial Regex AlertLine();
}
