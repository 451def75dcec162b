using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Configuration;

/// <summary>Reads the <c>Tls</c> section; see <see cref="TlsPolicy"/> for what each key means.</summary>
internal static class TlsPolicyReader
{
    private const string Modern = "modern";
    private const string Intermediate = "intermediate";

    /// <summary>Reads the policy; what cannot be used is reported and replaced by its default.</summary>
    public static TlsPolicy Read(SectionReader tls)
    {
        var profile = tls.Choice("Profile", Intermediate, Intermediate, Modern);
        var policy = (profile == Modern ? TlsPolicy.Modern : TlsPolicy.Intermediate) with
        {
            MinimumVersion = ReadMinimumVersion(tls, profile),
            Groups = ReadGroups(tls),
            Resumption = ReadResumption(tls.Section("Resumption")),
            Limits = ReadLimits(tls.Section("Limits")),
        };
        tls.RejectUnknownKeys();
        return policy;
    }

    private static TlsVersion ReadMinimumVersion(SectionReader tls, string profile)
    {
        var written = tls.Choice("MinimumVersion", profile == Modern ? "1.3" : "1.2", "1.2", "1.3");
        if (profile == Modern && written == "1.2")
        {
            tls.Report("MinimumVersion", "the modern profile is TLS 1.3 only",
                "Remove MinimumVersion, or set Profile to \"intermediate\".");
        }
        return written == "1.3" ? TlsVersion.Tls13 : TlsVersion.Tls12;
    }

    private static List<string> ReadGroups(SectionReader tls)
    {
        var groups = new List<string>();
        var list = tls.TextList("Groups", TlsPolicy.KnownGroups, "X25519");
        if (list.Count == 0)
            tls.Report("Groups", "no group is left to offer", "Remove the key for the default, or name at least one.");
        foreach (var written in list)
        {
            var group = TlsPolicy.KnownGroups
                .FirstOrDefault(known => known.Equals(written, StringComparison.OrdinalIgnoreCase));
            if (group is null)
                tls.Report("Groups", $"\"{written}\" is not a group that can be offered",
                    $"Choose from {string.Join(", ", TlsPolicy.KnownGroups)}.");
            else if (groups.Contains(group))
                tls.Report("Groups", $"{group} stands twice", "Keep it once, at the place of its preference.");
            else
                groups.Add(group);
        }
        return groups;
    }

    private static ResumptionPolicy ReadResumption(SectionReader resumption)
    {
        var defaults = new ResumptionPolicy();
        var policy = new ResumptionPolicy
        {
            Enabled = resumption.Boolean("Enabled", defaults.Enabled),
            Capacity = resumption.Int32("Capacity", defaults.Capacity, 1, 10_000_000),
            Lifetime = resumption.Time("Lifetime", defaults.Lifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            TicketsPerHandshake = resumption.Int32("TicketsPerHandshake", defaults.TicketsPerHandshake, 1, 8),
        };
        resumption.RejectUnknownKeys();
        return policy;
    }

    private static HandshakeLimits ReadLimits(SectionReader limits)
    {
        var defaults = new HandshakeLimits();
        var read = new HandshakeLimits
        {
            Timeout = limits.Time(
                "HandshakeTimeout", defaults.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            MaxClientHelloBytes = limits.Int32("MaxClientHelloBytes", defaults.MaxClientHelloBytes, 2048, 128 * 1024),
            MaxConcurrent = limits.Int32("MaxConcurrentHandshakes", defaults.MaxConcurrent, 1, 1_000_000),
            MaxQueued = limits.Int32("MaxQueuedHandshakes", defaults.MaxQueued, 0, 1_000_000),
        };
        limits.RejectUnknownKeys();
        return read;
    }
}
