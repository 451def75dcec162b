namespace ForwardSecretProxy.Audit.Configurations;

/// <summary>What a server's configuration says about its TLS.</summary>
/// <param name="Software">Whose it is: <c>fsp</c>, <c>nginx</c>, <c>haproxy</c>, <c>apache</c>, <c>postfix</c> or <c>dovecot</c>.</param>
public sealed record ConfigurationObservation(string Software);
