using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Security.Authentication;
using Yarp.ReverseProxy.Configuration;

namespace ForwardSecretProxy.Configuration;

/// <summary>
/// Holds the <c>ReverseProxy</c> section against YARP's own configuration types. YARP ignores keys it does not know and
/// throws without a path at values it cannot read; a slip in a route would be found by its visitors.
/// </summary>
internal sealed class ReverseProxySchema
{
    private readonly ConfigurationContext _context;

    /// <summary>Creates the check; it reports to <paramref name="context"/>.</summary>
    public ReverseProxySchema(ConfigurationContext context) => _context = context;

    /// <summary>Reports every unknown key and every value of the wrong type.</summary>
    public void Check(IConfigurationSection reverseProxy)
    {
        foreach (var child in reverseProxy.GetChildren())
        {
            if (child.Key.Equals("Routes", StringComparison.OrdinalIgnoreCase))
                CheckEntries(child, typeof(RouteConfig), nameof(RouteConfig.RouteId));
            else if (child.Key.Equals("Clusters", StringComparison.OrdinalIgnoreCase))
                CheckEntries(child, typeof(ClusterConfig), nameof(ClusterConfig.ClusterId));
            else
                Unknown(child, ["Routes", "Clusters"]);
        }
    }

    private void CheckEntries(IConfigurationSection entries, Type type, string identity)
    {
        foreach (var entry in ObjectsIn(entries))
            CheckObject(entry, type, identity);
    }

    private void CheckObject(IConfigurationSection section, Type type, string? identity)
    {
        var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && property.Name != identity)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in section.GetChildren())
        {
            if (known.TryGetValue(child.Key, out var property))
                CheckValue(child, property.PropertyType);
            else
                Unknown(child, known.Keys);
        }
    }

    private void CheckValue(IConfigurationSection section, Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(SslProtocols))
            CheckList(section, item => CheckScalar(item, type));
        else if (IsDictionary(type, out var entryType))
            CheckDictionary(section, entryType);
        else if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
            CheckList(section, item => CheckValue(item, type.GetGenericArguments()[0]));
        else if (type.Namespace!.StartsWith("Yarp.", StringComparison.Ordinal) && !type.IsEnum)
        {
            if (IsObject(section))
                CheckObject(section, type, null);
        }
        else
            CheckScalar(section, type);
    }

    private void CheckDictionary(IConfigurationSection section, Type entryType)
    {
        if (!IsObject(section))
            return;
        foreach (var child in section.GetChildren())
            CheckValue(child, entryType);
    }

    private void CheckList(IConfigurationSection section, Action<IConfigurationSection> checkItem)
    {
        if (!string.IsNullOrEmpty(section.Value) || section.GetChildren().Any(item => !int.TryParse(item.Key, out _)))
        {
            _context.Report(section.Path, "it is not a list", $"Write a list: \"{section.Key}\": [ ... ].");
            return;
        }
        foreach (var item in section.GetChildren())
            checkItem(item);
    }

    private void CheckScalar(IConfigurationSection section, Type type)
    {
        if (section.GetChildren().Any())
            _context.Report(section.Path, "it is a list or an object", $"Write a single value ({Describe(type)}).");
        else if (section.Value is { } text && !CanRead(text, type))
            _context.Report(section.Path, $"\"{text}\" is not {Describe(type)}", Example(type));
    }

    private static bool CanRead(string text, Type type)
    {
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(bool))
            return bool.TryParse(text, out _);
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.None | NumberStyles.AllowLeadingSign, culture, out _);
        if (type == typeof(long))
            return long.TryParse(text, NumberStyles.None | NumberStyles.AllowLeadingSign, culture, out _);
        if (type == typeof(TimeSpan))
            return TimeSpan.TryParse(text, culture, out _);
        if (type == typeof(Version))
            return Version.TryParse(text + (text.Contains('.', StringComparison.Ordinal) ? "" : ".0"), out _);
        if (type == typeof(Uri))
            return Uri.TryCreate(text, UriKind.Absolute, out _);
        if (type.IsEnum)
            return Enum.TryParse(type, text, ignoreCase: true, out var value) && !int.TryParse(text, out _)
                && Enum.IsDefined(type, value!);
        return type == typeof(string);
    }

    private static string Describe(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(TimeSpan) ? "a length of time"
        : type == typeof(Version) ? "an HTTP version"
        : type == typeof(Uri) ? "an absolute URL"
        : type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}"
        : "a text";

    private static string Example(Type type) =>
        type == typeof(TimeSpan) ? "YARP reads hours:minutes:seconds, for example \"00:01:40\"."
        : type == typeof(Version) ? "Write, for example, \"2\" or \"1.1\"."
        : type == typeof(Uri) ? "Write, for example, \"http://127.0.0.1:8080\"."
        : "Correct it.";

    private IEnumerable<IConfigurationSection> ObjectsIn(IConfigurationSection section) =>
        IsObject(section) ? section.GetChildren().Where(child => IsObject(child)) : [];

    private bool IsObject(IConfigurationSection section)
    {
        if (string.IsNullOrEmpty(section.Value))
            return true;

        _context.Report(section.Path, "it is not an object", $"Write \"{section.Key}\": {{ ... }}.");
        return false;
    }

    private static bool IsDictionary(Type type, out Type entryType)
    {
        var isDictionary = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>);
        entryType = isDictionary ? type.GetGenericArguments()[1] : typeof(object);
        return isDictionary;
    }

    private void Unknown(IConfigurationSection section, IReadOnlyCollection<string> known) =>
        _context.Report(section.Path, "there is no such key", NearestKey.Suggest(section.Key, known));
}
