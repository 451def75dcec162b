namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>
/// Tests that start proxies of their own, with a fixture's token and certificates. They are apart from
/// <see cref="RunningProxy"/>'s only so that both run at once.
/// </summary>
[CollectionDefinition(Name)]
public sealed class OwnProxy : ICollectionFixture<ProxyFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Proxies of their own";
}
