using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Audit.Judging;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Tests.Audit.Probing;

namespace ForwardSecretProxy.Tests.Audit.Scanning;

/// <summary>Whole scans of servers whose every answer ends too early. Beside <see cref="EndpointScannerTests"/>, so that both run at once.</summary>
public class CutFlightTests
{
    /// <summary>An alert with its record header.</summary>
    private const int ShortestAnswer = 7;

    [Theory]
    [MemberData(nameof(EndpointScannerTests.Names), MemberType = typeof(EndpointScannerTests))]
    public async Task ScanAsync_FlightThatIsCutAnywhere_EndsAndIsNotFoundGood(string name)
    {
        var flight = RecordedFlights.Read(name);
        foreach (var length in Lengths(flight.Length))
        {
            var seen = await EndpointScannerTests.ScanAsync(() => new ScriptedStream(flight[..length]));

            Assert.InRange(EndpointJudge.Judge(seen).Verdict.PastSessions, PastSessions.MayBeOpen, PastSessions.Open);
            // Nothing but a whole alert or ServerHello says anything; SSL 2.0 needs no more than see that one begins.
            if (!seen.Versions.Any(version => version.Supported == Answer.Yes) && length < ShortestAnswer)
                Assert.All(seen.Versions.Skip(1), version => Assert.Equal(Answer.Unknown, version.Supported));
        }
    }

    // Every byte of the headers, where parsers err, and some of the rest.
    private static IEnumerable<int> Lengths(int whole) =>
        Enumerable.Range(0, whole).Where(length => length < 60 || length % 53 == 0 || length > whole - 3);
}
