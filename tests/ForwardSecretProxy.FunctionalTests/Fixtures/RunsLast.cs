using ForwardSecretProxy.FunctionalTests.Packaging;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer(
    "ForwardSecretProxy.FunctionalTests.Fixtures.CollectionOrder", "ForwardSecretProxy.FunctionalTests")]

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>Tests that look back at the whole run.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class RunsLast
{
    /// <summary>The collection's name.</summary>
    public const string Name = "The end of the run";
}

/// <summary>
/// Puts those that take longest first, <see cref="RunsLast"/> behind all others, and begins to build the package if it is
/// needed.
/// </summary>
public sealed class CollectionOrder : ITestCollectionOrderer
{
    private static readonly string[] Longest = [RunningProxy.Name, OwnProxy.Name, RelayingProxy.Name];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
    {
        var collections = testCollections.ToList();
        if (collections.Exists(collection => collection.DisplayName == BuiltPackage.Name))
            PackageBuild.Begin();
        return collections.OrderBy(collection => collection.DisplayName == RunsLast.Name ? 2
            : Longest.Contains(collection.DisplayName) ? 0 : 1);
    }
}
