namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

/// <summary>The tests that read whole scans of the catalogue.</summary>
[CollectionDefinition(Name)]
public sealed class ScannedCatalogue : ICollectionFixture<ScannedServers>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "A scanned catalogue";
}
