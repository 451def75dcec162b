namespace ForwardSecretProxy.Tests.Configuration;

public class ReverseProxySchemaTests
{
    private const string Cluster = "\"Destinations\": { \"only\": { \"Address\": \"http://127.0.0.1:8080\" } }";

    [Theory]
    [InlineData("\"Routes\":", "\"Rotes\": {}, \"Routes\":", "ReverseProxy:Rotes", "Did you mean Routes?")]
    [InlineData("\"Match\":", "\"RouteId\": \"x\", \"Match\":", "ReverseProxy:Routes:all:RouteId", "")]
    [InlineData("\"Path\":", "\"Pfad\": \"/\", \"Path\":", "ReverseProxy:Routes:all:Match:Pfad", "Path")]
    [InlineData("\"Address\": \"http:", "\"Adress\": \"a\", \"Address\": \"http:",
        "ReverseProxy:Clusters:service:Destinations:only:Adress", "Did you mean Address?")]
    public void Check_UnknownKey_IsAnErrorWithASuggestion(string part, string replacement, string path, string mend)
    {
        var problem = Configurations.OnlyProblem(Configurations.With(part, replacement));

        Assert.Equal(path, problem.Path);
        Assert.Contains(mend, problem.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"HttpRequest\": { \"ActivityTimeout\": \"10s\" }", "HttpRequest:ActivityTimeout", "length of time")]
    [InlineData("\"HttpRequest\": { \"Version\": \"two\" }", "HttpRequest:Version", "an HTTP version")]
    [InlineData("\"HttpRequest\": { \"VersionPolicy\": \"1\" }", "HttpRequest:VersionPolicy", "RequestVersionExact")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": \"x\" }", "HttpClient:MaxConnectionsPerServer", "number")]
    [InlineData("\"HttpClient\": { \"SslProtocols\": \"Tls13\" }", "HttpClient:SslProtocols", "not a list")]
    [InlineData("\"HttpClient\": { \"SslProtocols\": [ \"Tls14\" ] }", "HttpClient:SslProtocols:0", "one of")]
    [InlineData("\"HttpClient\": true", "HttpClient", "not an object")]
    [InlineData("\"HealthCheck\": { \"Active\": { \"Enabled\": \"on\" } }", "HealthCheck:Active:Enabled", "true or false")]
    [InlineData("\"Metadata\": { \"a\": [ 1 ] }", "Metadata:a", "a list or an object")]
    public void Check_WrongType_NamesTheKey(string extra, string path, string message)
    {
        var problem = Configurations.OnlyProblem(Configurations.With(Cluster, $"{Cluster}, {extra}"));

        Assert.Equal($"ReverseProxy:Clusters:service:{path}", problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_EverythingThatYarpKnows_IsAccepted()
    {
        var json = Configurations.With("\"Match\": { \"Path\": \"{**path}\" }", """
            "Order": 1, "MaxRequestBodySize": 1000, "Timeout": "00:00:10", "AuthorizationPolicy": "Anonymous",
            "Match": {
              "Path": "/a", "Hosts": [ "a.example" ], "Methods": [ "GET" ],
              "Headers": [ { "Name": "h", "Values": [ "v" ], "Mode": "HeaderPrefix", "IsCaseSensitive": true } ],
              "QueryParameters": [ { "Name": "q", "Values": [ "v" ], "Mode": "Exact" } ]
            },
            "Metadata": { "a": "b" },
            "Transforms": [ { "RequestHeader": "a", "Set": "b" }, { "PathPrefix": "/x" } ]
            """).Replace(Cluster, Cluster + """
            , "LoadBalancingPolicy": "Random",
            "SessionAffinity": { "Enabled": true, "Policy": "Cookie", "AffinityKeyName": "k",
                                 "Cookie": { "SameSite": "Lax", "MaxAge": "01:00:00", "HttpOnly": true } },
            "HealthCheck": { "Passive": { "Enabled": true, "ReactivationPeriod": "00:01:00" } },
            "HttpClient": { "SslProtocols": [ "Tls12", "Tls13" ], "RequestHeaderEncoding": "utf-8",
                            "WebProxy": { "Address": "http://proxy:80", "BypassOnLocal": true } },
            "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact", "ActivityTimeout": "00:01:00" },
            "Metadata": { "a": "b" }
            """, StringComparison.Ordinal);

        Assert.Empty(Configurations.Load(json).Context.Problems);
    }
}
