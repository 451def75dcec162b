using System.Diagnostics.CodeAnalysis;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Handshakes;

/// <summary>How an attempt at a handshake ended.</summary>
/// <param name="Ending">How.</param>
internal sealed record HandshakeOutcome(FlightEnding Ending) : IAsyncDisposable
{
    /// <summary>The connection, for <see cref="FlightEnding.Complete"/>.</summary>
    public TlsConnection? Connection { get; init; }

    /// <summary>What the handshake showed, for <see cref="FlightEnding.Complete"/>.</summary>
    public HandshakeFacts? Facts => Connection?.Facts;

    /// <summary>The alert that ended it.</summary>
    public TlsAlert? Alert { get; init; }

    /// <summary>What was wrong, as a clause, where that is more than the ending says.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether there is a connection.</summary>
    [MemberNotNullWhen(true, nameof(Connection), nameof(Facts))]
    public bool IsComplete => Connection is not null;

    /// <summary>Why there is none, as a clause behind "because".</summary>
    public string Reason => Ending switch
    {
        FlightEnding.Alert => $"the server answered with the alert {Alert}",
        FlightEnding.Closed => "the server closed the connection",
        FlightEnding.TimedOut => "the server did not answer in time",
        _ => Problem ?? "the server's answer could not be read",
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
