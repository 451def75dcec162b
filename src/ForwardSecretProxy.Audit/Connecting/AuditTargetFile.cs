using ForwardSecretProxy.Audit.StartTls;

namespace ForwardSecretProxy.Audit.Connecting;

/// <summary>
/// Servers in a file, one a line: <c>HOST[:PORT]</c>, then if need be <c>starttls=PROTOCOL</c> and <c>sni=NAME</c>. From <c>#</c> on a line
/// is a comment.
/// </summary>
public static class AuditTargetFile
{
    private const string StartTlsWord = "starttls=";
    private const string ServerNameWord = "sni=";

    /// <summary>Reads them.</summary>
    /// <param name="file">The file's name, for what is wrong.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="standard">The protocol of the lines that name none; null for TLS from the first byte.</param>
    /// <exception cref="AuditTargetException">Lines are not as they should be, all of which it names, or there is no target.</exception>
    public static IReadOnlyList<AuditTarget> Parse(string file, IEnumerable<string> lines, StartTlsProtocol? standard = null)
    {
        var targets = new Dictionary<AuditTarget, int>();
        var problems = new List<string>();
        foreach (var (index, line) in lines.Index())
        {
            try
            {
                if (ParseLine(line, standard) is { } target && !targets.TryAdd(target, index + 1))
                    throw new AuditTargetException([$"{target} stands on line {targets[target]} already"]);
            }
            catch (AuditTargetException exception)
            {
                problems.AddRange(exception.Problems.Select(problem => $"{file}:{index + 1}: {problem}"));
            }
        }

        if (targets.Count == 0 && problems.Count == 0) problems.Add($"{file}: there is no server in it; write one HOST[:PORT] a line");
        return problems.Count == 0 ? [.. targets.Keys] : throw new AuditTargetException(problems);
    }

    private static AuditTarget? ParseLine(string line, StartTlsProtocol? standard)
    {
        var words = line.Split('#', 2)[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null;
        var (startTls, serverName) = (standard, default(string));
        foreach (var word in words.Skip(1))
        {
            if (word.StartsWith(StartTlsWord, StringComparison.Ordinal))
                startTls = ReadProtocol(word[StartTlsWord.Length..]);
            else if (word.StartsWith(ServerNameWord, StringComparison.Ordinal))
                serverName = ReadName(word[ServerNameWord.Length..]);
            else
                throw new AuditTargetException([$"\"{ServerWords.Read(word)}\" is neither {StartTlsWord}PROTOCOL nor {ServerNameWord}NAME"]);
        }

        var target = AuditTarget.Parse(words[0], startTls);
        return serverName is null ? target : target with { ServerName = serverName };
    }

    private static StartTlsProtocol ReadProtocol(string name) => StartTlsProtocols.TryParse(name, out var protocol)
        ? protocol.Value
        : throw new AuditTargetException(
            [$"\"{ServerWords.Read(name)}\" is no protocol of {StartTlsWord}; there are {string.Join(", ", StartTlsProtocols.Names)}"]);

    private static string ReadName(string text) => HostAndPort.TryParse(text, out var parsed) && parsed.Port is null
        && new AuditTarget(parsed.Host, 1).ServerName is { } name
        ? name
        : throw new AuditTargetException([$"\"{ServerWords.Read(text)}\" is no host name for {ServerNameWord}"]);
}
