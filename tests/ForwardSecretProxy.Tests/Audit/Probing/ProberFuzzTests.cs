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
        var endings = new Dictionary<FlightEnding, int>();
        var count = await FuzzRun.RunAsync(async seed =>
        {
            var ending = await CheckAsync(new Random(seed));
            endings[ending] = endings.GetValueOrDefault(ending) + 1;
        });

        output.WriteLine($"{count} flights: {string.Join(", ", endings)}");
        // Not all of them may be refused at the first byte: then nothing behind it would have been tried.
        Assert.True(FuzzRun.IsRepetition || endings.GetValueOrDefault(FlightEnding.Complete) > 0 && endings.GetValueOrDefault(FlightEnding.Malformed) > 0);
    }

    private async Task<FlightEnding> CheckAsync(Random random)
    {
        var answer = FuzzRun.Damage(_flights[random.Next(_flights.Count)], _flights, random);
        var stream = new ScriptedStream(answer, () => random.Next(1, 2000));
        var flight = await RecordedFlights.ProbeAsync(stream, timeout: Patience).WaitAsync(2 * Patience);
        Assert.NotEqual(FlightEnding.TimedOut, flight.Ending);
        new FlightTally().Add(RecordedFlights.Hello, flight);
        var ssl2 = new Prober(_ => Task.FromResult<Stream>(new ScriptedStream([0x80, .. answer])), Patience);
        await ssl2.AskSsl2Async(CancellationToken.None);
        return flight.Ending;
    }
}
