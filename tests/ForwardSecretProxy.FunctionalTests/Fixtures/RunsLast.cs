using Xunit.Abstractions;

[assembly: TestCollectionOrderer(
    "ForwardSecretProxy.FunctionalTests.Fixtures.CollectionOrder", "ForwardSecretProxy.FunctionalTests")]

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Tests that look back at the whole run.</summary>
[CollectionDefinition(Name)]
public sealed class RunsLast
{
    /// <summary>The collection's name.</summary>
    public const string Name = "The end of the run";
}

/// <summary>Puts <see cref="RunsLast"/> behind all others.</summary>
public sealed class CollectionOrder : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == RunsLast.Name);
}
