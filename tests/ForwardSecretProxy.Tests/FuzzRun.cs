using System.Diagnostics;
using System.Globalization;

namespace ForwardSecretProxy.Tests;

/// <summary>
/// Runs a check with one seed after another: for a second, for <c>FSP_FUZZ_SECONDS</c>, or once with <c>FSP_FUZZ_SEED</c>. A failure
/// names its seed.
/// </summary>
internal static class FuzzRun
{
    /// <summary>Whether one seed alone is repeated, from which no tally can be expected.</summary>
    public static bool IsRepetition => Setting("FSP_FUZZ_SEED", -1) >= 0;

    /// <summary>Runs.</summary>
    /// <returns>How many seeds were tried.</returns>
    public static async Task<int> RunAsync(Func<int, Task> checkAsync)
    {
        var first = Setting("FSP_FUZZ_SEED", -1);
        var seconds = first < 0 ? Setting("FSP_FUZZ_SECONDS", 1) : 0;
        var begun = Stopwatch.GetTimestamp();
        var seed = Math.Max(0, first);
        do
        {
            try
            {
                await checkAsync(seed);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"FSP_FUZZ_SEED={seed}", exception);
            }

            seed++;
        }
        while (Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(seconds));

        return seed - Math.Max(0, first);
    }

    /// <summary>Damages something at random in one to five places.</summary>
    /// <param name="good">What is damaged; it stays as it is.</param>
    /// <param name="others">More of the kind, of which one may be put behind it.</param>
    /// <param name="random">Decides.</param>
    public static byte[] Damage(byte[] good, IReadOnlyList<byte[]> others, Random random)
    {
        var bytes = good.ToList();
        for (var left = random.Next(1, 6); left > 0 && bytes.Count > 0; left--)
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
                    bytes.AddRange(others[random.Next(others.Count)]);
                    break;
            }
        }

        return [.. bytes];
    }

    private static int Setting(string name, int whenAbsent) => int.TryParse(
        Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : whenAbsent;
}
