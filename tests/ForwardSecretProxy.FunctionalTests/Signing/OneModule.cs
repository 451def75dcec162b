namespace ForwardSecretProxy.FunctionalTests.Signing;

/// <summary>Tests that use the token's module in this process, one after the other: it is one library with one state.</summary>
[CollectionDefinition(Name)]
public sealed class OneModule
{
    /// <summary>The collection's name.</summary>
    public const string Name = "The module in this process";
}
