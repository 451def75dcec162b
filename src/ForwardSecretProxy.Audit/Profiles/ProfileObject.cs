using System.Text.Json;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>An object of a profile's JSON: reads its members, and remembers each problem with its path.</summary>
internal sealed class ProfileObject
{
    private readonly Dictionary<string, JsonElement> _members = [];
    private readonly HashSet<string> _read = ["$schema", "comment"];
    private readonly string _path;
    private readonly List<string> _problems;

    public ProfileObject(JsonElement element, string path, List<string> problems)
    {
        (_path, _problems) = (path, problems);
        if (element.ValueKind != JsonValueKind.Object)
        {
            Report("", "must be an object in braces");
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!_members.TryAdd(member.Name, member.Value))
                Report($".{member.Name}", "is there twice; keep one");
        }
    }

    /// <summary>Remembers a problem with this object or a place in it.</summary>
    public void Report(string place, string problem) => _problems.Add($"{_path}{place}: {problem}");

    /// <summary>A text that must be there.</summary>
    public string Text(string key) => OptionalText(key) ?? Missing(key, "");

    /// <summary>A text, or null.</summary>
    public string? OptionalText(string key)
    {
        if (Take(key) is not { } element)
            return null;
        if (element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 } text)
            return text;
        Report($".{key}", "must be a text in quotes");
        return "";
    }

    /// <summary>A number from 0 on, or null.</summary>
    public long? OptionalNumber(string key)
    {
        if (Take(key) is not { } element)
            return null;
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number is >= 0 and <= int.MaxValue)
            return number;
        Report($".{key}", "must be a whole number from 0 on");
        return 0;
    }

    /// <summary>A number that must be there.</summary>
    public long Number(string key) => OptionalNumber(key) ?? Missing(key, 0L);

    /// <summary>One of the known names, which must be there.</summary>
    public T Known<T>(string key, Func<string, (bool, T)> find, IEnumerable<string> names)
    {
        if (Take(key) is { } element)
            return Find(element, $".{key}", find, names, out var value) ? value : default!;
        return Missing(key, default(T)!);
    }

    /// <summary>A list of known names that must be there.</summary>
    public IReadOnlyList<T> List<T>(string key, Func<string, (bool, T)> find, IEnumerable<string> names) =>
        OptionalList(key, find, names) ?? Missing<IReadOnlyList<T>>(key, []);

    /// <summary>A list of known names, or null.</summary>
    public IReadOnlyList<T>? OptionalList<T>(string key, Func<string, (bool, T)> find, IEnumerable<string> names)
    {
        if (Take(key) is not { } element)
            return null;
        if (element.ValueKind != JsonValueKind.Array)
        {
            Report($".{key}", "must be a list in brackets");
            return [];
        }

        var list = new List<T>();
        foreach (var (index, item) in element.EnumerateArray().Index())
        {
            if (Find(item, FormattableString.Invariant($".{key}[{index}]"), find, names, out var value))
                list.Add(value);
        }

        return list;
    }

    /// <summary>The members of a list of objects.</summary>
    public IEnumerable<ProfileObject> Objects(string key)
    {
        if (Take(key) is not { ValueKind: JsonValueKind.Array } element)
        {
            Report($".{key}", "must be a list in brackets");
            return [];
        }

        return [.. element.EnumerateArray()
            .Select((item, index) => new ProfileObject(item, FormattableString.Invariant($"{_path}.{key}[{index}]"), _problems))];
    }

    /// <summary>Reports every member that nothing has asked for.</summary>
    public void Finish()
    {
        foreach (var key in _members.Keys.Where(key => !_read.Contains(key)))
        {
            var meant = NearestName.Of(key, _read.Except(_members.Keys));
            Report($".{key}", meant is null ? "is no key here; take it out" : $"is no key here; did you mean \"{meant}\"?");
        }
    }

    private JsonElement? Take(string key)
    {
        _read.Add(key);
        return _members.TryGetValue(key, out var element) ? element : null;
    }

    private bool Find<T>(JsonElement element, string place, Func<string, (bool, T)> find, IEnumerable<string> names, out T value)
    {
        var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.ToString();
        (var found, value) = find(text);
        if (found)
            return true;
        var known = names.ToList();
        var mend = NearestName.Of(text, known) is { } meant ? $"did you mean \"{meant}\"?"
            : known.Count <= 20 ? $"take one of {string.Join(", ", known)}"
            : "it is none of IANA's names";
        Report(place, $"\"{text}\" is not known; {mend}");
        return false;
    }

    private T Missing<T>(string key, T instead)
    {
        Report("", $"\"{key}\" is missing");
        return instead;
    }
}
