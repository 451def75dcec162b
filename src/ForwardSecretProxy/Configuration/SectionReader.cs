using System.Globalization;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// Reads one object of the configuration into typed values. Nothing throws: a value that cannot be used is reported
/// and its default returned, so that one pass finds everything. What was asked for is what is known; what is left
/// over at <see cref="RejectUnknownKeys"/> is an error.
/// </summary>
internal sealed class SectionReader
{
    private readonly IConfiguration _section;
    private readonly ConfigurationContext _context;
    private readonly string _pattern;
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _refused = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the root.</summary>
    public SectionReader(IConfiguration root, ConfigurationContext context)
        : this(root, "", "", "", context)
    {
    }

    private SectionReader(
        IConfiguration section, string name, string path, string pattern, ConfigurationContext context)
    {
        _section = section;
        _context = context;
        _pattern = pattern;
        Name = name;
        Path = path;
    }

    /// <summary>The last part of the path: the name of a named entry.</summary>
    public string Name { get; }

    /// <summary>Where this object stands, as <c>Tokens:main</c>.</summary>
    public string Path { get; }

    /// <summary>Whether <paramref name="key"/> has a value or children.</summary>
    public bool Has(string key)
    {
        var section = _section.GetSection(key);
        return section.Value is not null || HasChildren(section);
    }

    /// <summary>A text, or <paramref name="whenAbsent"/>.</summary>
    public string? Text(string key, string? whenAbsent = null, string type = "text")
    {
        Describe(key, type, whenAbsent);
        return Scalar(key, type) ?? whenAbsent;
    }

    /// <summary>A text that must be there; null after its absence was reported.</summary>
    public string? RequiredText(string key, string example, string type = "text")
    {
        var value = Text(key, type: type);
        if (string.IsNullOrWhiteSpace(value) && !HasChildren(_section.GetSection(key)))
        {
            Report(key, "it is missing", $"Set it, for example \"{key}\": \"{example}\".");
            return null;
        }
        return value;
    }

    /// <summary>A path, made absolute; null when absent and there is no other to take.</summary>
    public string? FilePath(string key, string? whenAbsent = null) =>
        Text(key, whenAbsent, "path") is { Length: > 0 } path ? _context.ResolvePath(path) : null;

    /// <summary>A path that must be there, made absolute; null after its absence was reported.</summary>
    public string? RequiredFilePath(string key, string example) =>
        RequiredText(key, example, "path") is { } path ? _context.ResolvePath(path) : null;

    /// <summary>A path that stands inside a value, made absolute.</summary>
    public string ResolvePath(string path) => _context.ResolvePath(path);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Boolean(string key, bool whenAbsent)
    {
        Describe(key, "true or false", whenAbsent ? "true" : "false");
        if (Scalar(key, "true or false") is not { } text)
            return whenAbsent;
        if (bool.TryParse(text, out var value))
            return value;

        Report(key, "it is neither true nor false", "Write true or false, without quotes.");
        return whenAbsent;
    }

    /// <summary>A whole number between the two limits, both included.</summary>
    public long Integer(string key, long? whenAbsent, long minimum, long maximum)
    {
        Describe(key, "number", whenAbsent?.ToString(CultureInfo.InvariantCulture));
        return Number(key, minimum, maximum) ?? whenAbsent ?? 0;
    }

    /// <summary>A whole number of 32 bits between the two limits, both included.</summary>
    public int Int32(string key, int whenAbsent, int minimum, int maximum) =>
        (int)Integer(key, whenAbsent, minimum, maximum);

    /// <summary>A whole number between the two limits, both included; null when absent.</summary>
    public int? OptionalInt32(string key, int minimum, int maximum)
    {
        Describe(key, "number", null);
        return (int?)Number(key, minimum, maximum);
    }

    /// <summary>A length of time between the two limits, both included.</summary>
    public TimeSpan Time(string key, TimeSpan whenAbsent, TimeSpan minimum, TimeSpan maximum)
    {
        Describe(key, "time", Duration.Format(whenAbsent));
        if (Scalar(key, "time") is not { } text)
            return whenAbsent;

        var range = $"from {Duration.Format(minimum)} to {Duration.Format(maximum)}";
        if (!Duration.TryParse(text, out var value))
        {
            Report(key, $"\"{text}\" is not a length of time",
                $"Write a number with its unit (500ms, 10s, 5m, 2h, 7d), {range}.");
            return whenAbsent;
        }
        if (value >= minimum && value <= maximum)
            return value;

        Report(key, $"{Duration.Format(value)} is out of range", $"Write a time {range}.");
        return whenAbsent;
    }

    /// <summary>A length of time between the two limits, both included; null when absent.</summary>
    public TimeSpan? OptionalTime(string key, TimeSpan minimum, TimeSpan maximum)
    {
        Describe(key, "time", null);
        return Has(key) ? Time(key, minimum, minimum, maximum) : null;
    }

    /// <summary>One of a few words, in any case; returned as <paramref name="choices"/> spells it.</summary>
    public string Choice(string key, string whenAbsent, params IReadOnlyList<string> choices)
    {
        var type = string.Join(" or ", choices);
        Describe(key, type, whenAbsent);
        if (Scalar(key, type) is not { } text)
            return whenAbsent;
        if (choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } chosen)
            return chosen;

        Report(key, $"\"{text}\" is not known", NearestKey.Suggest(text, [.. choices]));
        return whenAbsent;
    }

    /// <summary>A list of texts; <paramref name="whenAbsent"/> when the key is not there.</summary>
    public IReadOnlyList<string> TextList(string key, IReadOnlyList<string> whenAbsent, string example)
    {
        Describe(key, "list", whenAbsent.Count == 0 ? null : string.Join(", ", whenAbsent));
        var section = _section.GetSection(key);
        var items = section.GetChildren().ToList();
        if (items.Count == 0 && section.Value is null)
            return whenAbsent;

        if (items.Count == 0 && section.Value!.Length > 0
            || items.Any(item => item.Value is null || !int.TryParse(item.Key, out _)))
        {
            Report(key, "it is not a list of texts", $"Write a list: \"{key}\": [ \"{example}\" ].");
            return whenAbsent;
        }
        return [.. items.Select(item => item.Value!)];
    }

    /// <summary>One text or a list of texts; empty when the key is not there, null when it is neither and that was reported.</summary>
    public IReadOnlyList<string>? Texts(string key, string example)
    {
        Describe(key, "text or list", null);
        return ReadTexts(_section.GetSection(key), example);
    }

    /// <summary>
    /// An object whose names are the installation's own, each with what <see cref="Texts"/> reads; empty when it is not there.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>?> TextMap(string key, string example)
    {
        Describe(key, "object", null);
        var section = _section.GetSection(key);
        if (!string.IsNullOrEmpty(section.Value))
            Report(key, "it is not an object", $"Write \"{key}\": {{ {example} }}.");
        return section.GetChildren().ToDictionary(
            child => child.Key, child => ReadTexts(child, example), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The object at <paramref name="key"/>; an empty one when it is absent.</summary>
    public SectionReader Section(string key)
    {
        _known.Add(key);
        var section = _section.GetSection(key);
        if (!string.IsNullOrEmpty(section.Value))
            Report(key, "it is not an object", $"Write \"{key}\": {{ ... }}.");
        return new SectionReader(section, key, Combine(Path, key), Combine(_pattern, key), _context);
    }

    /// <summary>The named entries of the object at <paramref name="key"/>, in the order of their names.</summary>
    public IEnumerable<SectionReader> Entries(string key)
    {
        var parent = Section(key);
        foreach (var child in parent._section.GetChildren())
        {
            if (!string.IsNullOrEmpty(child.Value))
                parent.Report(child.Key, "it is not an object", $"Write \"{child.Key}\": {{ ... }}.");
            else
                yield return new SectionReader(
                    child, child.Key, Combine(parent.Path, child.Key), Combine(parent._pattern, "<name>"), _context);
        }
    }

    /// <summary>The objects of the list at <paramref name="key"/>; none when it is absent.</summary>
    public IReadOnlyList<SectionReader> Items(string key)
    {
        Describe(key, "list", null);
        var list = _section.GetSection(key);
        var items = list.GetChildren().ToList();
        if (items.Exists(item => !string.IsNullOrEmpty(item.Value) || !int.TryParse(item.Key, out _)) || !string.IsNullOrEmpty(list.Value))
        {
            Report(key, "it is not a list of objects", $"Write a list: \"{key}\": [ {{ ... }} ].");
            return [];
        }

        return [.. items.Select(item => new SectionReader(
            item, item.Key, $"{Combine(Path, key)}:{item.Key}", $"{Combine(_pattern, key)}:<n>", _context))];
    }

    /// <summary>
    /// The object at <paramref name="key"/> as names with files: each name, its own path in the configuration, and the
    /// file's path, made absolute. What is no path is reported and left out.
    /// </summary>
    public IEnumerable<(string Name, string Path, string File)> FilePaths(string key, string example)
    {
        var entries = Section(key);
        Describe($"{key}:<name>", "path", null);
        foreach (var child in entries._section.GetChildren())
        {
            if (HasChildren(child) || string.IsNullOrWhiteSpace(child.Value))
                entries.Report(child.Key, "it is not the path of a file", $"Write \"{child.Key}\": \"{example}\".");
            else
                yield return (child.Key, Combine(entries.Path, child.Key), _context.ResolvePath(child.Value));
        }
    }

    /// <summary>The object at <paramref name="key"/>, to be read by somebody else.</summary>
    public IConfigurationSection Foreign(string key)
    {
        Section(key);
        return _section.GetSection(key);
    }

    /// <summary>Refuses <paramref name="key"/>, with an answer better than "unknown".</summary>
    public void Refuse(string key, string message, string mend)
    {
        _refused[key] = message;
        if (Has(key))
            Report(key, message, mend);
    }

    /// <summary>Reports each key that nobody asked for.</summary>
    public void RejectUnknownKeys()
    {
        foreach (var child in _section.GetChildren())
        {
            if (!_known.Contains(child.Key) && !_refused.ContainsKey(child.Key))
                Report(child.Key, "there is no such key", NearestKey.Suggest(child.Key, _known));
        }
    }

    /// <summary>Reports a problem with <paramref name="key"/> of this object.</summary>
    public void Report(string key, string message, string mend) => _context.Report(Combine(Path, key), message, mend);

    /// <summary>Reports what does not keep the proxy from starting.</summary>
    public void Warn(string key, string message, string mend) => _context.Report(new ConfigurationProblem(Combine(Path, key), message, mend)
    {
        Severity = ConfigurationProblemSeverity.Warning,
    });

    /// <summary>Reports a problem with this object as a whole.</summary>
    public void Report(string message, string mend) => _context.Report(Path, message, mend);

    private IReadOnlyList<string>? ReadTexts(IConfigurationSection section, string example)
    {
        if (section.Value is { Length: > 0 } text)
            return [text];
        var items = section.GetChildren().ToList();
        if (items.TrueForAll(item => item.Value is not null && int.TryParse(item.Key, out _)))
            return [.. items.Select(item => item.Value!)];

        _context.Report(section.Path, "it is neither a text nor a list of texts", $"Write, for example, {example}.");
        return null;
    }

    /// <summary>Null when it is absent, or was reported.</summary>
    private long? Number(string key, long minimum, long maximum)
    {
        if (Scalar(key, "number") is not { } text)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            Report(key, $"\"{text}\" is not a whole number", $"Write a number from {minimum} to {maximum}.");
        else if (value < minimum || value > maximum)
            Report(key, $"{value} is out of range", $"Write a number from {minimum} to {maximum}.");
        else
            return value;
        return null;
    }

    private string? Scalar(string key, string type)
    {
        var section = _section.GetSection(key);
        if (!HasChildren(section))
            return section.Value;

        Report(key, "it is a list or an object", $"Write a single value ({type}).");
        return null;
    }

    private void Describe(string key, string type, string? whenAbsent)
    {
        _known.Add(key);
        _context.Describe(new ConfigurationKey(Combine(_pattern, key), type, whenAbsent));
    }

    private static bool HasChildren(IConfigurationSection section) => section.GetChildren().Any();

    private static string Combine(string path, string name) => path.Length == 0 ? name : $"{path}:{name}";
}
