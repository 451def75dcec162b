using System.Collections.Frozen;
using System.Globalization;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.MtaSts;

/// <summary>The policy files that are served, read once, by the host that they are fetched from.</summary>
internal sealed class MtaStsPolicies
{
    private readonly FrozenDictionary<string, byte[]> _byHost;

    private MtaStsPolicies(Dictionary<string, byte[]> byHost) =>
        _byHost = byHost.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _byHost.Count == 0;

    /// <summary>The policy's bytes for a host name in any case; null when there is none.</summary>
    public byte[]? Find(string host) => _byHost.GetValueOrDefault(host);

    /// <summary>Reads and checks every file; what is wrong goes to <paramref name="context"/>.</summary>
    public static MtaStsPolicies Load(IReadOnlyList<MtaStsOptions> entries, ConfigurationContext context)
    {
        var policies = new Dictionary<string, byte[]>();
        foreach (var entry in entries)
        {
            if (Read(entry, context) is not { } policy) continue;
            foreach (var problem in MtaStsPolicyReader.Check(policy))
                context.Report(Describe(entry, problem));
            policies[entry.Host] = policy;
        }
        return new MtaStsPolicies(policies);
    }

    private static byte[]? Read(MtaStsOptions entry, ConfigurationContext context)
    {
        try
        {
            using var file = new FileStream(entry.File, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            // One more than there may be, so that the reader sees that there is more.
            var content = new byte[MtaStsPolicyReader.MaxBytes + 1];
            return content.AsSpan(0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)).ToArray();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            context.Report(entry.Path, $"{entry.File} does not exist", "Correct the path, or put the policy there.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Report(entry.Path, $"{entry.File} cannot be read: {exception.Message.TrimEnd('.')}",
                "Let the account of the proxy read it.");
        }
        return null;
    }

    private static ConfigurationProblem Describe(MtaStsOptions entry, MtaStsProblem problem)
    {
        var place = problem.Line == 0 ? entry.File : string.Create(CultureInfo.InvariantCulture, $"{entry.File}, line {problem.Line}");
        return new ConfigurationProblem(entry.Path, $"{place}: {problem.Message}", problem.Mend) { Severity = problem.Severity };
    }
}
