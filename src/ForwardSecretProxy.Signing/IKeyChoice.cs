namespace ForwardSecretProxy.Signing;

/// <summary>Which of a certificate's keys is to be used: the first of all, or a spare that stands in for it.</summary>
public interface IKeyChoice
{
    /// <summary>The index of the one in use, 0 for the first. Cheap: each handshake asks.</summary>
    int Current { get; }
}
