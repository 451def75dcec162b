using System.Globalization;
using System.Reflection;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>The profiles that come with the program.</summary>
public static class BuiltInProfiles
{
    private const string Folder = "ForwardSecretProxy.Audit.Profiles.";

    /// <summary>All of them, by name and then the newest edition first.</summary>
    public static IReadOnlyList<Profile> All { get; } =
    [
        .. Resources
            .Select(Read)
            .OrderBy(profile => profile.Name, StringComparer.Ordinal)
            .ThenByDescending(profile => profile.Version,
                StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering)),
    ];

    /// <summary>The newest edition of a name, or the one that <c>name@version</c> asks for.</summary>
    /// <exception cref="ProfileException">There is none.</exception>
    public static Profile Find(string name) =>
        All.FirstOrDefault(profile => profile.Name == name || profile.ToString() == name)
        ?? throw new ProfileException([$"no policy is called \"{name}\"; take one of {string.Join(", ", All)}, or a file by its path"]);

    /// <summary>The JSON of one of them, to start another from.</summary>
    public static string ReadText(Profile profile) =>
        Resources.Select(ReadText).First(text => ProfileReader.Parse(text, profile.Name).ToString() == profile.ToString());

    private static IEnumerable<string> Resources => typeof(BuiltInProfiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal));

    private static Profile Read(string resource) => ProfileReader.Parse(ReadText(resource), resource[Folder.Length..]);

    private static string ReadText(string resource)
    {
        using var input = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var text = new StreamReader(input);
        return text.ReadToEnd();
    }
}
