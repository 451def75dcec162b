using System.Globalization;

namespace ForwardSecretProxy.Bench;

/// <summary>One axis of a chart.</summary>
internal sealed class PlotScale
{
    private readonly double _from;
    private readonly double _to;
    private readonly Func<double, double> _transform;

    private PlotScale(
        string name, double from, double to, Func<double, double> transform, IReadOnlyList<(double, string)> ticks)
    {
        Name = name;
        _transform = transform;
        _from = transform(from);
        _to = transform(to);
        Ticks = ticks;
    }

    /// <summary>What it measures, and its unit.</summary>
    public string Name { get; }

    /// <summary>Where it is labelled, and with what.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>From 0, in round steps, to the first that holds <paramref name="most"/>.</summary>
    public static PlotScale Linear(string name, double most, int steps = 5)
    {
        var raw = Math.Max(most, 1e-3) / steps;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * ((double[])[1, 2, 2.5, 5, 10]).First(factor => factor * power >= raw * 0.999);
        var count = (int)Math.Ceiling((most / step) - 1e-9);
        return new PlotScale(name, 0, Math.Max(1, count) * step, value => value,
            [.. Enumerable.Range(0, Math.Max(1, count) + 1).Select(index => (index * step, Label(index * step)))]);
    }

    /// <summary>From 0 to just <paramref name="most"/>, for an axis whose end is given, such as a time.</summary>
    public static PlotScale Exact(string name, double most)
    {
        var round = Linear(name, most);
        return new PlotScale(name, 0, most, value => value,
            [.. round.Ticks.Where(tick => tick.Value <= most * 1.001)]);
    }

    /// <summary>Logarithmic, labelled at 1, 2 and 5 of each power of ten, or at the powers when those are many.</summary>
    public static PlotScale Logarithmic(string name, double least, double most)
    {
        var isWide = most / least > 200;
        var ticks =
            from exponent in Enumerable.Range(-6, 16)
            from factor in isWide ? (double[])[1] : [1, 2, 5]
            let value = factor * Math.Pow(10, exponent)
            where value >= least * 0.999 && value <= most * 1.001
            select (value, Label(value));
        return new PlotScale(name, least, most, value => Math.Log(Math.Max(value, least)), [.. ticks]);
    }

    /// <summary>Percentiles, in which each nine takes as much room as the one before.</summary>
    public static PlotScale Nines(string name, double most) => new(
        name, 0, most, part => -Math.Log10(Math.Max(1 - part, 1e-9)),
        [.. ((double[])[0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999]).Where(part => part <= most).Select(part =>
            (part, (100 * part).ToString("0.####", CultureInfo.InvariantCulture)))]);

    /// <summary>Where a value lies, 0 to 1.</summary>
    public double Place(double value) =>
        _to <= _from ? 0 : Math.Clamp((_transform(value) - _from) / (_to - _from), 0, 1);

    private static string Label(double value) =>
        value.ToString(value >= 1000 ? "#,0" : "0.######", CultureInfo.InvariantCulture);
}
