using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace ForwardSecretProxy.Bench;

/// <summary>One chart as inline SVG. It is small, so that its text stays readable on a phone; styles come from the page.</summary>
/// <param name="title">What it shows, also for those who do not see it.</param>
/// <param name="x">The scale to the right.</param>
/// <param name="y">The scale upwards.</param>
internal sealed class SvgPlot(string title, PlotScale x, PlotScale y)
{
    private const double Width = 480;
    private const double Height = 270;
    private const double Left = 58;
    private const double Right = 466;
    private const double Top = 14;
    private const double Bottom = 226;

    private readonly StringBuilder _marks = new();

    /// <summary>Draws a line through points.</summary>
    /// <param name="style">A class of the page's style.</param>
    /// <param name="points">From left to right.</param>
    public void Line(string style, IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count == 0)
            return;
        _marks.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line {style}\" points=\"");
        foreach (var point in points)
            _marks.Append(CultureInfo.InvariantCulture, $"{AtX(point.X):0.#},{AtY(point.Y):0.#} ");
        _marks.Append("\"/>\n");
    }

    /// <summary>Draws a column up from the bottom.</summary>
    /// <param name="style">A class of the page's style.</param>
    /// <param name="from">Its left edge.</param>
    /// <param name="to">Its right edge.</param>
    /// <param name="height">Its upper edge.</param>
    /// <param name="tip">What is shown when it is pointed at.</param>
    public void Column(string style, double from, double to, double height, string tip)
    {
        var left = AtX(from);
        var width = Math.Max(1, AtX(to) - left - 1);
        var top = AtY(height);
        _marks.Append(CultureInfo.InvariantCulture,
            $"<rect class=\"{style}\" x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{width:0.#}\" height=\"{Bottom - top:0.#}\">");
        _marks.Append(CultureInfo.InvariantCulture, $"<title>{Encode(tip)}</title></rect>\n");
    }

    /// <summary>The whole element.</summary>
    public override string ToString()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Encode(title)}\">\n");
        foreach (var (value, label) in y.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""
                <line class="grid" x1="{Left}" x2="{Right}" y1="{AtY(value):0.#}" y2="{AtY(value):0.#}"/>
                <text x="{Left - 6}" y="{AtY(value) + 4.5:0.#}" text-anchor="end">{Encode(label)}</text>

                """);
        }

        foreach (var (value, label) in x.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{AtX(value):0.#}\" y=\"{Bottom + 19}\" text-anchor=\"middle\">{Encode(label)}</text>\n");
        }

        svg.Append(_marks);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <line class="axis" x1="{Left}" x2="{Right}" y1="{Bottom}" y2="{Bottom}"/>
            <text x="{(Left + Right) / 2}" y="{Height - 6}" text-anchor="middle">{Encode(x.Name)}</text>
            </svg>

            """);
        return svg.ToString();
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private double AtX(double value) => Left + ((Right - Left) * x.Place(value));

    private double AtY(double value) => Bottom - ((Bottom - Top) * y.Place(value));
}
