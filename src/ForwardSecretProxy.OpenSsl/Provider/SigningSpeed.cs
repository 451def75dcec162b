using System.Diagnostics;

namespace ForwardSecretProxy.OpenSsl.Provider;

/// <summary>How long a key's signatures take, as a moving average; racing updates may lose a sample, which is harmless.</summary>
internal sealed class SigningSpeed
{
    /// <summary>
    /// Beyond this a signature waits for a device rather than for our processor: software needs 0.1 ms for P-256 and
    /// 2 ms for RSA-2048.
    /// </summary>
    private static readonly long SlowTicks = Stopwatch.Frequency / 250;

    private long _average;

    /// <summary>Whether signing is better done where blocking hurts nobody.</summary>
    internal bool IsSlow => Volatile.Read(ref _average) > SlowTicks;

    /// <summary>Takes a sample that began at <paramref name="started"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    internal void Add(long started)
    {
        var sample = Stopwatch.GetTimestamp() - started;
        var average = Volatile.Read(ref _average);
        Volatile.Write(ref _average, average == 0 ? sample : average + (sample - average) / 8);
    }
}
