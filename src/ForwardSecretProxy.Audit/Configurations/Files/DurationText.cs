using System.Globalization;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>Times as servers write them: <c>300</c>, <c>10m</c>, <c>1d 12h</c>, <c>3600s</c>.</summary>
internal static class DurationText
{
    /// <summary>The time; null when it cannot be read. Numbers without a unit are seconds.</summary>
    public static TimeSpan? Parse(string text)
    {
        var total = 0.0;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty) return null;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits < 0) digits = rest.Length;
            if (!double.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
            rest = rest[digits..];

            var letters = rest.IndexOfAnyExceptInRange('a', 'z');
            if (letters < 0) letters = rest.Length;
            if (Unit(rest[..letters]) is not { } unit) return null;
            total += number * unit;
            rest = rest[letters..].TrimStart();
        }
        return total < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(total) : null;
    }

    private static double? Unit(ReadOnlySpan<char> name) => name switch
    {
        "ms" => 0.001,
        "" or "s" or "sec" or "secs" or "seconds" or "second" => 1,
        "m" or "min" or "mins" or "minutes" or "minute" => 60,
        "h" or "hours" or "hour" => 3600,
        "d" or "days" or "day" => 86_400,
        "w" or "weeks" or "week" => 604_800,
        "y" => 31_536_000,
        _ => null,
    };
}
