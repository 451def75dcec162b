using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A configuration file in the making: one listener, any certificates, one service behind it all.</summary>
internal sealed class ProxyConfiguration
{
    private readonly JsonObject _root;

    /// <summary>Starts with a listener on a free port and every route leading to <paramref name="upstream"/>.</summary>
    public ProxyConfiguration(string upstream)
    {
        _root = new JsonObject
        {
            // Most tests are not about the signer's own process, which takes a third of a second to start.
            ["Signer"] = "in-process",
            ["Tokens"] = new JsonObject(),
            ["Certificates"] = new JsonObject(),
            ["Listeners"] = new JsonObject
            {
                ["https"] = new JsonObject
                {
                    ["Address"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}"),
                    ["Certificates"] = new JsonArray(),
                },
            },
            ["ReverseProxy"] = JsonNode.Parse($$"""
                {
                  "Routes": { "all": { "ClusterId": "service", "Match": { "Path": "{**all}" } } },
                  "Clusters": { "service": { "Destinations": { "one": { "Address": "{{upstream}}" } } } }
                }
                """),
        };
    }

    /// <summary>Where the listener is.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Adds a token that is found by its label.</summary>
    public ProxyConfiguration WithToken(string module, string label, string pinFile, int? sessions = null)
    {
        var token = new JsonObject { ["Module"] = module, ["Label"] = label, ["PinFile"] = pinFile };
        if (sessions is not null)
            token["Sessions"] = sessions;
        _root["Tokens"]!["main"] = token;
        return this;
    }

    /// <summary>Adds a certificate and lets the listener use it.</summary>
    public ProxyConfiguration WithCertificate(string name, string chain, string key)
    {
        _root["Certificates"]![name] = new JsonObject { ["Chain"] = chain, ["Key"] = key };
        _root["Listeners"]!["https"]!["Certificates"]!.AsArray().Add(name);
        return this;
    }

    /// <summary>Sets a value by its path, such as <c>Tls:Profile</c>.</summary>
    public ProxyConfiguration With(string path, JsonNode value)
    {
        var parts = path.Split(':');
        JsonNode node = _root;
        foreach (var part in parts[..^1])
            node = node[part] ??= new JsonObject();
        node[parts[^1]] = value;
        return this;
    }

    /// <summary>Takes out what stands at a path.</summary>
    public ProxyConfiguration Without(string path)
    {
        var parts = path.Split(':');
        var parent = parts[..^1].Aggregate((JsonNode?)_root, (node, part) => node?[part]);
        Assert.True(parent!.AsObject().Remove(parts[^1]), path);
        return this;
    }

    /// <summary>Writes the file and returns its path.</summary>
    public string WriteTo(TemporaryDirectory directory, string name = "fsp.json") =>
        directory.Write(name, _root.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
}
