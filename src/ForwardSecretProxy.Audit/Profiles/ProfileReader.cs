using System.Text.Json;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Profiles.Rules;
using ForwardSecretProxy.Audit.Registry;

namespace ForwardSecretProxy.Audit.Profiles;

/// <summary>Reads profiles from JSON; <c>docs/audit-profile.schema.json</c> describes it.</summary>
public static class ProfileReader
{
    // Far above any real one; it is read whole.
    private const int MaxBytes = 1 << 20;

    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly Dictionary<string, FindingLevel> Severities =
        new() { ["failure"] = FindingLevel.Failure, ["warning"] = FindingLevel.Warning };

    private static readonly string[] Kinds =
    [
        "versions", "suites", "groups", "signature-schemes", "dh-parameters", "certificate-key", "certificate-signature",
        "certificate-lifetime", "feature", "strict-transport-security",
    ];

    /// <summary>The profile of a <c>--policy</c>: a file where it has a slash or ends in .json, a built-in one otherwise.</summary>
    /// <exception cref="ProfileException">There is none, or it has errors.</exception>
    public static Profile Load(string nameOrFile)
    {
        if (!nameOrFile.Contains('/', StringComparison.Ordinal) && !nameOrFile.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return BuiltInProfiles.Find(nameOrFile);
        try
        {
            return new FileInfo(nameOrFile).Length > MaxBytes
                ? throw new ProfileException([$"{nameOrFile}: is larger than 1 MiB, so it is no profile"])
                : Parse(File.ReadAllText(nameOrFile), nameOrFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ProfileException([$"{nameOrFile}: cannot be read: {exception.Message}"]);
        }
    }

    /// <summary>Reads a profile.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">How errors call it.</param>
    /// <exception cref="ProfileException">It has errors; all of them are named.</exception>
    public static Profile Parse(string json, string file)
    {
        var problems = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var profile = Read(new ProfileObject(document.RootElement, "$", problems));
            return problems.Count == 0 ? profile : throw new ProfileException([.. problems.Select(problem => $"{file}: {problem}")]);
        }
        catch (JsonException exception)
        {
            throw new ProfileException(
                [FormattableString.Invariant($"{file}: line {exception.LineNumber + 1} is no JSON: {exception.Message}")]);
        }
    }

    private static Profile Read(ProfileObject json)
    {
        var rules = json.Objects("rules").Select(ReadRule).OfType<ProfileRule>().ToList();
        var profile = new Profile(json.Text("name"), json.Text("version"), json.Text("title"), json.Text("source"), rules);
        json.Finish();
        return profile;
    }

    private static ProfileRule? ReadRule(ProfileObject json)
    {
        var kind = json.Known("rule", text => (Kinds.Contains(text), text), Kinds);
        var severity = json.Known("severity", Named(Severities), Severities.Keys);
        var reference = json.OptionalText("reference");
        ProfileRule? rule = kind switch
        {
            "versions" => new VersionsRule(
                List(json, "allowed", ProfileNames.Versions), List(json, "required", ProfileNames.Versions) ?? [], severity, reference),
            "suites" => new SuitesRule(Version(json), Suites(json), severity, reference),
            "groups" => new GroupsRule(Groups(json, "allowed"), Groups(json, "anyOf") ?? [], severity, reference),
            "signature-schemes" => new SignatureSchemesRule(Version(json), Schemes(json), severity, reference),
            "dh-parameters" => new DhParametersRule((int)json.Number("minimumBits"), severity, reference),
            "certificate-key" => new CertificateKeyRule(
                List(json, "kinds", ProfileNames.KeyKinds), (int?)json.OptionalNumber("minimumRsaBits"),
                Groups(json, "curves")?.Select(group => group.Name).ToList(), severity, reference),
            "certificate-signature" => new CertificateSignatureRule(
                json.List("hashes", Named(ProfileNames.Hashes), ProfileNames.Hashes.Keys), severity, reference),
            "certificate-lifetime" => new CertificateLifetimeRule((int)json.Number("maximumDays"), severity, reference),
            "strict-transport-security" => new StrictTransportRule(json.Number("minimumSeconds"), severity, reference),
            "feature" => new FeatureRule(
                json.Known("feature", Named(ProfileNames.Features), ProfileNames.Features.Keys), Demanded(json), severity, reference),
            _ => null,
        };
        if (rule is not null)
            json.Finish();
        return rule;
    }

    private static TlsVersion Version(ProfileObject json)
    {
        string[] names = ["TLSv1.2", "TLSv1.3"];
        return json.Known("version", text => (names.Contains(text), ProfileNames.Versions.GetValueOrDefault(text)), names);
    }

    private static bool Demanded(ProfileObject json) => json.Known("value", text => (text is "on" or "off", text == "on"), ["on", "off"]);

    private static IReadOnlyList<CipherSuite> Suites(ProfileObject json) =>
        json.List("allowed", Found(CipherSuites.Find), CipherSuites.All.Select(suite => suite.Name));

    private static IReadOnlyList<SignatureScheme> Schemes(ProfileObject json) =>
        json.List("allowed", Found(SignatureSchemes.Find), SignatureSchemes.All.Select(scheme => scheme.Name));

    private static IReadOnlyList<NamedGroup>? Groups(ProfileObject json, string key) =>
        json.OptionalList(key, Found(NamedGroups.Find), NamedGroups.All.Select(group => group.Name));

    private static IReadOnlyList<T>? List<T>(ProfileObject json, string key, IReadOnlyDictionary<string, T> names) =>
        json.OptionalList(key, Named(names), names.Keys);

    private static Func<string, (bool, T)> Named<T>(IReadOnlyDictionary<string, T> names) =>
        text => names.TryGetValue(text, out var value) ? (true, value) : (false, value!);

    private static Func<string, (bool, T)> Found<T>(Func<string, T?> find) where T : class =>
        text => find(text) is { } value ? (true, value) : (false, null!);
}
