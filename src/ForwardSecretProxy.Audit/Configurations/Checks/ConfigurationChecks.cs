namespace ForwardSecretProxy.Audit.Configurations.Checks;

/// <summary>All checks of configurations.</summary>
public static class ConfigurationChecks
{
    /// <summary>In the order in which they are explained.</summary>
    public static IReadOnlyList<IConfigurationCheck> All { get; } =
    [
        new PrivateKeyCheck(), new StaticKeyExchangeCheck(), new TicketCheck(), new SessionCacheCheck(), new EarlyDataCheck(),
        new DhParametersCheck(), new WeakSuiteCheck(), new OldVersionCheck(), new CompressionCheck(), new RenegotiationCheck(),
        new CompletenessCheck(),
    ];
}
