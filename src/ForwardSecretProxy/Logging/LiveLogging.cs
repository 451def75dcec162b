using System.Net;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Logging;

/// <summary>What is logged and how, now; a reload changes all of it, levels too, in a running server.</summary>
internal sealed class LiveLogging
{
    private readonly Levels _levels = new();
    private volatile LoggingOptions _current;

    /// <summary>Begins with <paramref name="options"/>.</summary>
    public LiveLogging(LoggingOptions options)
    {
        _current = options;
        _levels.Load(options.Section);
        LevelSection = new ConfigurationBuilder().Add(_levels).Build();
    }

    /// <summary>The settings in force.</summary>
    public LoggingOptions Current => _current;

    /// <summary>For Microsoft.Extensions.Logging, which listens for its changes.</summary>
    public IConfiguration LevelSection { get; }

    /// <summary>Puts <paramref name="options"/> in force.</summary>
    public void Apply(LoggingOptions options)
    {
        _current = options;
        _levels.Replace(options.Section);
    }

    /// <summary>A client as it may be named in a line.</summary>
    public string Client(EndPoint? client) => ClientAddress.Format(client, _current.ClientAddresses);

    private sealed class Levels : ConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Load(IConfiguration section) => Data = new Dictionary<string, string?>(
            section.AsEnumerable(makePathsRelative: true), StringComparer.OrdinalIgnoreCase);

        public void Replace(IConfiguration section)
        {
            Load(section);
            OnReload();
        }
    }
}
