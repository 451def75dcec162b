using System.Runtime.InteropServices;

namespace ForwardSecretProxy.Hosting;

/// <summary>The signals of a service: one to stop, a second one to stop at once, and one to reload.</summary>
internal sealed class ServiceSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Begins to listen.</summary>
    /// <param name="reload">Called at each SIGHUP.</param>
    public ServiceSignals(Action reload) => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        }),
    ];

    /// <summary>Cancelled at the first SIGTERM or SIGINT.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Cancelled at the second.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        (_stop.IsCancellationRequested ? _hurry : _stop).Cancel();
    }
}
