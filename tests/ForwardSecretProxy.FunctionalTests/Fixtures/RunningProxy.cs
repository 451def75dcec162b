namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The tests that share one running proxy.</summary>
[CollectionDefinition(Name)]
public sealed class RunningProxy : ICollectionFixture<ProxyFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "A running proxy";
}
