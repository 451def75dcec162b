namespace ForwardSecretProxy.Rotation;

/// <summary>A key cannot be changed as things are; nothing was done. The message says why, and the mend.</summary>
internal sealed class RotationException(string message) : Exception(message);
