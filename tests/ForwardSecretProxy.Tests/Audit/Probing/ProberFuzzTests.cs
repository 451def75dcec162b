using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Scanning;
using Xunit.Abstractions;

namespace ForwardSecretProxy.Tests.Audit.Probing;

/// <summary>
/// Recorded flights, damaged at random: a prober, and the tally behind it, take them all. Runs for a second;
/// <c>FSP_FUZZ_SECONDS=600 dotnet test tests/ForwardSecretProxy.Tests -c Release --filter ProberFuzzTests</c> for as long as one likes. A failure
/// names its seed; <c>FSP_FUZZ_SEED</c> repeats it.
/// </summary>
public class ProberFuzzTests(ITestOutputHelper output)
{
    /// <summary>Far more than a flight in memory takes: what lasts longer hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<byte[]> _flights = [.. RecordedFlights.Names.Select(RecordedFlights.Read)];

    [Fact]
    public async Task AskAsync_DamagedFlights_NeverThrowsAndNeverHangs()
    {
        var first = Setting("FSP_FUZZ_SEED", -1);
        var seconds = first < 0 ? Setting("FSP_FUZZ_SECONDS", 1) : 0;
        var begun = Stopwatch.GetTimestamp();
        var endings = new Dictionary<FlightEnding, int>();
        var seed = first < 0 ? 0 : first;
        do
        {
            var ending = await CheckAsync(seed++);
            endings[ending] = endings.GetValueOrDefault(ending) + 1;
        }
        while (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(seconds));

        output.WriteLine($"{seed} flights: {string.Join(", ", endings)}");
        // Not all of them may be refused at the first byte: then nothing behind it would have been tried.
        Assert.True(first >= 0 || endings.GetValueOrDefault(FlightEnding.Complete) > 0 && endings.GetValueOrDefault(FlightEnding.Malformed) > 0);
    }

    private async Task<FlightEnding> CheckAsync(int seed)
    {
        var random = new Random(seed);
        try
        {
            var answer = Damage(_flights[random.Next(_flights.Count)], random);
            var flight = await RecordedFlights.ProbeAsync(new ScriptedStream(answer, () => random.Next(1, 2000)), timeout: Patience).WaitAsync(2 * Patience);
            Assert.NotEqual(FlightEnding.TimedOut, flight.Ending);
            new FlightTally().Add(RecordedFlights.Hello, flight);
            await new Prober(_ => Task.FromResult<Stream>(new ScriptedStream([0x80, .. answer])), Patience).AskSsl2Async(CancellationToken.None);
            return flight.Ending;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"FSP_FUZZ_SEED={seed}", exception);
        }
    }

    private byte[] Damage(byte[] flight, Random random)
    {
        var bytes = flight.ToList();
        for (var left = random.Next(1, 6); left > 0; left--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at)));
                    break;
                default:
                    bytes.AddRange(_flights[random.Next(_flights.Count)]);
                    break;
            }

            if (bytes.Count == 0)
                break;
        }

        return [.. bytes];
    }

    private static int Setting(string name, int whenAbsent) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : whenAbsent;
}
