namespace ForwardSecretProxy.Audit.Findings;

/// <summary>What to change, by server software; what does not apply to one is left out.</summary>
public static class Mends
{
    /// <summary>Nothing in a server's configuration mends it.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>();

    /// <summary>The directives for each server that has them.</summary>
    public static IReadOnlyDictionary<string, string> Of(
        string? nginx = null, string? apache = null, string? haproxy = null,
        string? postfix = null, string? dovecot = null, string? fsp = null)
    {
        (string Software, string? Mend)[] all =
        [
            (nameof(nginx), nginx), (nameof(apache), apache), (nameof(haproxy), haproxy),
            (nameof(postfix), postfix), (nameof(dovecot), dovecot), (nameof(fsp), fsp),
        ];
        return all.Where(pair => pair.Mend is not null).ToDictionary(pair => pair.Software, pair => pair.Mend!);
    }
}
