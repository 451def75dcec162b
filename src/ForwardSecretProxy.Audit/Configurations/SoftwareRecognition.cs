using System.Text.RegularExpressions;
using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>Tells whose a configuration is by what stands in it.</summary>
internal static partial class SoftwareRecognition
{
    private const int LinesToLookAt = 20_000;

    private static readonly (string Software, Regex Sign)[] Signs =
    [
        ("nginx", Nginx()), ("haproxy", HaProxy()), ("apache", Apache()), ("postfix", Postfix()), ("dovecot", Dovecot()),
    ];

    /// <summary>The program whose signs most lines have, or <c>fsp</c>; null when none has any.</summary>
    public static string? Recognise(IReadOnlyList<SourceLine> lines)
    {
        if (IsJson(lines)) return "fsp";
        var best = Signs.Select(sign => (sign.Software, Count: lines.Take(LinesToLookAt).Count(line => sign.Sign.IsMatch(line.Text))))
            .MaxBy(found => found.Count);
        return best.Count > 0 ? best.Software : null;
    }

    // Of all these only ours begins with a brace, after comments of its own kinds.
    private static bool IsJson(IReadOnlyList<SourceLine> lines)
    {
        var isComment = false;
        foreach (var line in lines)
        {
            var text = line.Text.AsSpan().Trim();
            if (!isComment && text.StartsWith("/*")) isComment = true;
            if (isComment) isComment = !text.EndsWith("*/");
            else if (!text.IsEmpty && !text.StartsWith("//")) return text[0] == '{';
        }
        return false;
    }

    [GeneratedRegex(@"^\s*((http|server|stream|mail|events)\s*\{|(ssl_[a-z_]+|listen|server_name|include|worker_processes|user|proxy_pass|root)\s+[^=]*;\s*(#.*)?$)",
        RegexOptions.NonBacktracking)]
    private static partial Regex Nginx();

    [GeneratedRegex(@"^\s*((global|defaults)\s*(\S+\s*)?$|(frontend|backend|listen)\s+[^{;]*$|bind\s+|ssl-default-bind-|tune\.ssl\.|mode\s+(http|tcp)\s*$|use_backend\s|default_backend\s)",
        RegexOptions.NonBacktracking)]
    private static partial Regex HaProxy();

    [GeneratedRegex(@"^\s*(</?(VirtualHost|IfModule|Directory|IfDefine|Location|Files)\b|(SSL[A-Z][A-Za-z]+|ServerRoot|ServerName|ServerAlias|DocumentRoot|LoadModule|Include|IncludeOptional|Listen|CustomLog|ErrorLog)\s+[^;{]*$)",
        RegexOptions.NonBacktracking)]
    private static partial Regex Apache();

    [GeneratedRegex(@"^(smtpd?_[a-z0-9_]+|tls_[a-z0-9_]+|lmtp_[a-z_]+|mydestination|myhostname|mynetworks|inet_interfaces|queue_directory|alias_maps|virtual_[a-z_]+|relayhost|compatibility_level|[a-z0-9:.\[\]]+\s+(inet|unix|pass|fifo)\s+[yn-]\s.*\s(smtpd|postscreen|pickup|cleanup|qmgr|master))\s*(=|\s|$)",
        RegexOptions.NonBacktracking)]
    private static partial Regex Postfix();

    [GeneratedRegex(@"^\s*(!include(_try)?\s|ssl(_[a-z_]+)?\s*=|protocols\s*=|(passdb|userdb|namespace|service|protocol|local|local_name|inet_listener|unix_listener|plugin)\b[^;]*\{\s*$|mail_location\s*=|dovecot_[a-z_]+version\s*=|auth_mechanisms\s*=|disable_plaintext_auth\s*=)",
        RegexOptions.NonBacktracking)]
    private static partial Regex Dovecot();
}
