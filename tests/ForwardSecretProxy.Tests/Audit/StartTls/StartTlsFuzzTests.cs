using System.Text;
using ForwardSecretProxy.Audit.StartTls;
using Xunit.Abstractions;

namespace ForwardSecretProxy.Tests.Audit.StartTls;

/// <summary>
/// Good servers' words, damaged at random: every dialogue takes them, comes to the same end in any pieces, and to an end at all.
/// <c>FSP_FUZZ_SECONDS=600 dotnet test tests/ForwardSecretProxy.Tests -c Release --filter StartTlsFuzzTests</c> for as long as one likes.
/// </summary>
public class StartTlsFuzzTests(ITestOutputHelper output)
{
    /// <summary>As many bytes as no dialogue takes: a server that talks for ever.</summary>
    private const int TooMuch = 80 * 1024;

    private static readonly List<(StartTlsProtocol Protocol, byte[] Words)> Servers =
    [
        .. StartTlsDialogueTests.GoodServers.Select(row => ((StartTlsProtocol)row[0], Encoding.Latin1.GetBytes((string)row[1]))),
    ];

    [Fact]
    public async Task Take_DamagedWords_EndsTheSameInAnyPieces()
    {
        var ends = new Dictionary<StartTlsStep, int>();
        var count = await FuzzRun.RunAsync(seed =>
        {
            var end = Check(new Random(seed));
            ends[end] = ends.GetValueOrDefault(end) + 1;
            return Task.CompletedTask;
        });

        output.WriteLine($"{count} dialogues: {string.Join(", ", ends)}");
        Assert.True(FuzzRun.IsRepetition || ends.Keys.Count == 4, string.Join(", ", ends));
    }

    private static StartTlsStep Check(Random random)
    {
        var (protocol, good) = Servers[random.Next(Servers.Count)];
        var words = FuzzRun.Damage(good, [.. Servers.Select(server => server.Words)], random);
        var whole = Talk(protocol, words, () => words.Length);
        Assert.Equal(whole, Talk(protocol, words, () => 1));
        Assert.Equal(whole, Talk(protocol, words, () => random.Next(1, 9)));

        // What is still waited for has an end, too, whatever comes.
        byte[] said = [.. words.Where(octet => octet != '|')];
        byte[] endless = [.. said, .. Enumerable.Repeat(said.LastOrDefault(), TooMuch)];
        Assert.NotEqual(StartTlsStep.More, Talk(protocol, endless, () => 4096));
        return whole;
    }

    /// <summary>The turns are parted by bars; the client's words do not matter to a server that has all of its own ready.</summary>
    private static StartTlsStep Talk(StartTlsProtocol protocol, byte[] words, Func<int> size)
    {
        var dialogue = StartTlsDialogue.For(protocol, "example.org");
        var step = dialogue.Begin();
        foreach (var turn in Encoding.Latin1.GetString(words).Split('|'))
        {
            var rest = Encoding.Latin1.GetBytes(turn).AsSpan();
            while (rest.Length > 0 && step is (StartTlsStep.More or StartTlsStep.Send))
            {
                var piece = rest[..Math.Min(Math.Max(1, size()), rest.Length)];
                rest = rest[piece.Length..];
                step = dialogue.Take(piece);
                // In one piece it is seen that the server goes on although it is not its turn.
                if (step is (StartTlsStep.Send or StartTlsStep.Ready) && rest.Length > 0)
                    return StartTlsStep.Broken;
            }
        }

        return step == StartTlsStep.Send ? StartTlsStep.More : step;
    }
}
