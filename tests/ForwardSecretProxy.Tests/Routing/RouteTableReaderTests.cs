using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Routing;
using ForwardSecretProxy.Tests.Configuration;

namespace ForwardSecretProxy.Tests.Routing;

public class RouteTableReaderTests
{
    private const string Match = "\"Match\": { \"Path\": \"{**path}\" }";

    [Fact]
    public async Task Read_GoodSection_GivesRoutesAndClusters()
    {
        var (table, problems) = await ReadAsync(Configurations.Good);

        Assert.Empty(problems);
        Assert.Equal("service", Assert.Single(table.Routes).ClusterId);
        Assert.Equal("service", Assert.Single(table.Clusters).ClusterId);
    }

    [Theory]
    [InlineData("\"ClusterId\": \"service\"", "\"ClusterId\": \"servise\"", "Routes:all:ClusterId", "no cluster")]
    [InlineData("\"ClusterId\": \"service\", ", "", "Routes:all:ClusterId", "missing")]
    [InlineData(Match, "\"Order\": 1", "Routes:all", "requires Hosts or Path")]
    [InlineData(Match, "\"Match\": { \"Path\": \"/{a\" }", "Routes:all", "Invalid path")]
    [InlineData(Match, Match + ", \"Transforms\": [ { \"PathPrefx\": \"/a\" } ]", "Routes:all", "Unknown transform")]
    [InlineData(Match, Match + ", \"AuthorizationPolicy\": \"default\"", "Routes:all:AuthorizationPolicy", "no policy")]
    [InlineData(Match, Match + ", \"CorsPolicy\": \"disable\"", "Routes:all:CorsPolicy", "no policy")]
    [InlineData("http://127.0.0.1:8080", "", "Clusters:service", "No address")]
    [InlineData("\"Address\": \"http://127.0.0.1:8080\"", "", "Clusters:service", "No address")]
    [InlineData("\"Destinations\"", "\"LoadBalancingPolicy\": \"Best\", \"Destinations\"", "Clusters:service", "Best")]
    [InlineData("{ \"only\": { \"Address\": \"http://127.0.0.1:8080\" } }", "{ }", "Clusters:service:Destinations", "no")]
    public async Task Read_Mistake_NamesTheKey(string part, string replacement, string path, string message)
    {
        var (_, problems) = await ReadAsync(Configurations.With(part, replacement));

        var problem = Assert.Single(problems);
        Assert.Equal($"ReverseProxy:{path}", problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"servise\": { \"ConnectTimeout\": \"2s\" }", "Backends:servise", "no cluster", "Did you mean service?")]
    [InlineData("\"service\": { \"ClientKey\": \"k\" }", "Backends:service:ClientCertificate", "missing", "PEM")]
    [InlineData("\"service\": { \"ClientCertificate\": \"c\" }", "Backends:service:ClientKey", "missing", "PEM")]
    [InlineData("\"service\": { \"CaPath\": \"c\" }", "Backends:service:CaPath", "no such key", "CaFile")]
    [InlineData("\"service\": { \"ConnectTimeout\": \"1ms\" }", "Backends:service:ConnectTimeout", "range", "100ms")]
    public async Task Read_BackendMistake_NamesTheKey(string backends, string path, string message, string mend)
    {
        var (_, problems) = await ReadAsync(Configurations.With("\"Limits\": { },", $"\"Backends\": {{ {backends} }},"));

        var problem = Assert.Single(problems, each => each.Severity == ConfigurationProblemSeverity.Error);
        Assert.Equal(path, problem.Path);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains(mend, problem.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"SslProtocols\": [ \"Tls11\", \"Tls12\" ]", "SslProtocols", true)]
    [InlineData("\"DangerousAcceptAnyServerCertificate\": true", "DangerousAcceptAnyServerCertificate", false)]
    public async Task Read_WeakTlsToServices_IsReported(string client, string key, bool isError)
    {
        var (_, problems) = await ReadAsync(
            Configurations.With("\"Destinations\"", $"\"HttpClient\": {{ {client} }}, \"Destinations\""));

        var problem = Assert.Single(problems);
        Assert.Equal($"ReverseProxy:Clusters:service:HttpClient:{key}", problem.Path);
        Assert.Equal(isError, problem.Severity == ConfigurationProblemSeverity.Error);
    }

    [Fact]
    public async Task Read_NoRoute_IsAnError()
    {
        var (_, problems) = await ReadAsync(Configurations.With(
            "\"Routes\": { \"all\": { \"ClusterId\": \"service\", \"Match\": { \"Path\": \"{**path}\" } } }", "\"Routes\": { }"));

        Assert.Equal("ReverseProxy:Routes", Assert.Single(problems).Path);
    }

    private static async Task<(RouteTable Table, IReadOnlyList<ConfigurationProblem> Problems)> ReadAsync(string json)
    {
        var loaded = Configurations.Load(json);
        var table = await RouteTableReader.ReadAsync(
            loaded.Options!.ReverseProxy, loaded.Options.Backends, loaded.Context);
        return (table, loaded.Context.Problems);
    }
}
