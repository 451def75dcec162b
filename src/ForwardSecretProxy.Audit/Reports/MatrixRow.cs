namespace ForwardSecretProxy.Audit.Reports;

/// <summary>A suite or group of a <see cref="HandshakeMatrix"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it means for recorded sessions.</param>
/// <param name="Ranks">For each column its place in the server's order, from 1 on; null where it is not taken.</param>
public sealed record MatrixRow(string Name, MatrixKind Kind, IReadOnlyList<int?> Ranks);
