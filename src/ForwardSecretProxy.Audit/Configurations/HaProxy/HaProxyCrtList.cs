using ForwardSecretProxy.Audit.Configurations.Files;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>A line of a <c>crt-list</c> file: <c>cert.pem [alpn h2 ssl-min-ver TLSv1.2] example.org</c>.</summary>
internal sealed record HaProxyCrtList(string Certificate, HaProxyLine? Options, HaProxyLine Line)
{
    private static readonly string[] OfTls =
        ["ciphers", "ciphersuites", "curves", "ecdhe", "ssl-min-ver", "ssl-max-ver", "allow-0rtt", "no-tls-tickets", "tls-tickets"];

    /// <summary>Whether its certificate is served otherwise than the others.</summary>
    public bool ChangesTls => Options?.Words.Any(OfTls.Contains) == true;

    /// <summary>The lines of every <c>crt-list</c> of a <c>bind</c> line.</summary>
    public static IReadOnlyList<HaProxyCrtList> Read(HaProxyLine bind, HaProxyPaths paths, SourceFiles files)
    {
        var entries = new List<HaProxyCrtList>();
        for (var i = 2; i + 1 < bind.Words.Count; i++)
        {
            if (bind.Words[i] != "crt-list") continue;
            files.Include(paths.Other(bind.Words[i + 1], bind.Location), bind.Location,
                lines => entries.AddRange(lines.Select(Parse).OfType<HaProxyCrtList>()));
        }
        return entries;
    }

    private static HaProxyCrtList? Parse(SourceLine source)
    {
        if (HaProxyLine.Parse(source) is not { } line) return null;
        var text = string.Join(' ', line.Words.Skip(1));
        var (open, close) = (text.IndexOf('[', StringComparison.Ordinal), text.LastIndexOf(']'));
        var options = open >= 0 && close > open
            ? HaProxyLine.Parse(new SourceLine(text[(open + 1)..close], source.Location))
            : null;
        return new HaProxyCrtList(line.Keyword, options, line);
    }
}
