using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ForwardSecretProxy.Tests.Routing;

public class BackendClientFactoryTests
{
    [Fact]
    public void CreateClient_NothingChanged_KeepsTheOldOne()
    {
        var factory = NewFactory();
        var first = Create(factory, null);

        factory.Use(Backends(TimeSpan.FromSeconds(1)));

        Assert.Same(first, Create(factory, first));
    }

    [Fact]
    public void CreateClient_BackendChanged_MakesANewOne()
    {
        var factory = NewFactory();
        var first = Create(factory, null);

        factory.Use(Backends(TimeSpan.FromSeconds(2)));
        var second = Create(factory, first);
        factory.Use(new Dictionary<string, Backend>());
        var third = Create(factory, second);

        Assert.NotSame(first, second);
        Assert.NotSame(second, third);
    }

    private static BackendClientFactory NewFactory() => new(
        new BackendLimit(1), new RouteTable([], [], Backends(TimeSpan.FromSeconds(1))),
        NullLogger<ForwarderHttpClientFactory>.Instance);

    private static Dictionary<string, Backend> Backends(TimeSpan timeout) => new()
    {
        ["service"] = new BackendLoader(
            new BackendOptions { Cluster = "service", ConnectTimeout = timeout },
            new ConfigurationContext("/", new Dictionary<string, string>())).Load(),
    };

    private static HttpMessageInvoker Create(BackendClientFactory factory, HttpMessageInvoker? old) => factory.CreateClient(
        new ForwarderHttpClientContext
        {
            ClusterId = "service",
            OldClient = old,
            OldConfig = HttpClientConfig.Empty,
            NewConfig = HttpClientConfig.Empty,
        });
}
