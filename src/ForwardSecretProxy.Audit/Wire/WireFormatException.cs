namespace ForwardSecretProxy.Audit.Wire;

/// <summary>The server sent what no reading of the protocol allows, or more than anybody needs.</summary>
/// <param name="message">What is wrong with it, as a clause: "its ServerHello ends early".</param>
public sealed class WireFormatException(string message) : Exception(message);
