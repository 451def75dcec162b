using System.Globalization;
using ForwardSecretProxy.Rotation;
using Spectre.Console;

namespace ForwardSecretProxy.Cli;

/// <summary>The state of certificates as people read it in a terminal.</summary>
internal static class CertStatusReport
{
    /// <summary>Writes a table for each certificate.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<CertificateStatus> certificates)
    {
        foreach (var certificate in certificates)
        {
            console.MarkupLine($"[bold]Certificate {Markup.Escape(certificate.Path["Certificates:".Length..])}[/]");
            console.Write(ToTable(certificate));
        }
    }

    private static Table ToTable(CertificateStatus certificate)
    {
        var table = new Table().NoBorder().HideHeaders().AddColumns("", "");
        table.AddRow("Names", Markup.Escape(string.Join(", ", certificate.DnsNames)));
        table.AddRow("Chain", Markup.Escape(certificate.Chain));
        table.AddRow("Expires", certificate.NotAfter is { } end
            ? string.Create(CultureInfo.InvariantCulture, $"{end:yyyy-MM-dd HH:mm} UTC, {Left(certificate.DaysLeft!.Value)}")
            : "-");
        foreach (var key in certificate.Keys)
            table.AddRow(Name(key.Use), Markup.Escape($"{key.Type ?? "unknown kind"}, {key.Uri}, id {key.Id}, token {key.Token}"));
        foreach (var step in certificate.Steps)
            table.AddRow(step.IsDue ? "[red]Due[/]" : "Next", Markup.Escape(step.Text));
        return table;
    }

    private static string Left(int days) => days switch
    {
        < 0 => "[red]expired[/]",
        1 => "in 1 day",
        _ => string.Create(CultureInfo.InvariantCulture, $"in {days} days"),
    };

    private static string Name(KeyUse use) => use switch
    {
        KeyUse.Current => "Key",
        KeyUse.Next => "Next key",
        KeyUse.Old => "Old key",
        _ => "Other key",
    };
}
