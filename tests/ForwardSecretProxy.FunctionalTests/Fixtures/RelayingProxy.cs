namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>The part of <see cref="OwnProxy"/>'s tests that relay other protocols than HTTP, so that both run at once.</summary>
[CollectionDefinition(Name)]
public sealed class RelayingProxy : ICollectionFixture<ProxyFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Relays of their own";
}
