namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the <c>Hsts</c> section.</summary>
internal static class HstsReader
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>What the list that browsers are delivered with asks for (hstspreload.org).</summary>
    private static readonly TimeSpan LeastForPreload = TimeSpan.FromDays(365);

    /// <summary>Reads it; a setting that would not do what it says is reported.</summary>
    public static HstsOptions Read(SectionReader hsts)
    {
        var options = new HstsOptions
        {
            MaxAge = hsts.OptionalTime("MaxAge", TimeSpan.Zero, Longest),
            IncludeSubDomains = hsts.Boolean("IncludeSubDomains", whenAbsent: false),
            Preload = hsts.Boolean("Preload", whenAbsent: false),
        };
        hsts.RejectUnknownKeys();
        if (options.MaxAge is null && (options.IncludeSubDomains || options.Preload))
        {
            hsts.Report("MaxAge", "it is missing, and without it there is no header", "Set it, for example \"MaxAge\": \"365d\".");
        }
        else if (options.Preload && !(options.IncludeSubDomains && options.MaxAge >= LeastForPreload))
        {
            hsts.Report("Preload", "the list takes no domain with less than a year or without its subdomains",
                "Set MaxAge to \"365d\" or more and IncludeSubDomains to true, or remove Preload.");
        }
        return options;
    }
}
