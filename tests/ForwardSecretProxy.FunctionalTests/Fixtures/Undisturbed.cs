namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Tests that measure memory or time closely: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Undisturbed : ICollectionFixture<ProxyFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Undisturbed";
}
