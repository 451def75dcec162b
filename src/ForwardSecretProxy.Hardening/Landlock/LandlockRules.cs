namespace ForwardSecretProxy.Hardening.Landlock;

/// <summary>One path, with what is below it, and what may be done there.</summary>
/// <param name="Path">Absolute. A folder's rule covers what comes to be in it later; a file's is gone with the file.</param>
/// <param name="Access">What may be done.</param>
public readonly record struct LandlockRule(string Path, LandlockAccess Access);

/// <summary>
/// What a process may still do with files; everything else is refused. Rights on the same path add up. What is not there
/// when the rules are put on is left out.
/// </summary>
public sealed class LandlockRules
{
    private readonly Dictionary<string, LandlockAccess> _access = new(StringComparer.Ordinal);

    /// <summary>The rules, each path once.</summary>
    public IEnumerable<LandlockRule> All => _access.Select(each => new LandlockRule(each.Key, each.Value));

    /// <summary>
    /// Adds a rule. The whole file system is never given: a rule for the root folder is left out, and so a program or a
    /// file that lies there needs a rule of its own.
    /// </summary>
    /// <exception cref="ArgumentException">The path is relative.</exception>
    public LandlockRules Allow(LandlockAccess access, params IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (!Path.IsPathFullyQualified(path))
                throw new ArgumentException($"{path} is not absolute.", nameof(paths));
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            if (full != "/")
                _access[full] = _access.GetValueOrDefault(full) | access;
        }
        return this;
    }

    /// <summary>Whether a rule for the path or for a folder above it gives <paramref name="access"/>. Links are not followed.</summary>
    public bool Covers(string path, LandlockAccess access) =>
        All.Any(rule => (rule.Access & access) == access
            && (path == rule.Path || path.StartsWith(rule.Path + "/", StringComparison.Ordinal)));
}
