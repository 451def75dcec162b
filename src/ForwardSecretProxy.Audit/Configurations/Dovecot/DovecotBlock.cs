using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Dovecot;

/// <summary>A block, such as <c>local_name example.org { ... }</c>, or the file as a whole.</summary>
internal sealed record DovecotBlock(string Kind, string Name, SourceLocation Location, DovecotBlock? Parent)
{
    private readonly Dictionary<string, Setting<string>> _settings = new(StringComparer.Ordinal);

    /// <summary>The blocks inside.</summary>
    public List<DovecotBlock> Blocks { get; } = [];

    /// <summary>What is set here; the last one counts.</summary>
    public IReadOnlyDictionary<string, Setting<string>> Settings => _settings;

    /// <summary>Sets a value. What stands in <c>ssl_server { }</c> has its name in front (2.4).</summary>
    public void Set(string name, string value, SourceLocation location)
    {
        if (Kind == "ssl_server" && Parent is not null) Parent.Set($"ssl_server_{name}", value, location);
        else _settings[name] = new Setting<string>(value, location);
    }

    /// <summary>A value by any of its names, from here or from around; null when it is not set.</summary>
    public Setting<string>? Find(params string[] names) =>
        names.Select(name => _settings.GetValueOrDefault(name)).FirstOrDefault(found => found is not null) ?? Parent?.Find(names);

    /// <summary>It and all blocks inside, however deep.</summary>
    public IEnumerable<DovecotBlock> All() => Blocks.SelectMany(block => block.All()).Prepend(this);
}
