using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ForwardSecretProxy.Admin;

/// <summary>
/// The status for people: one page that brings its first figures along and then asks for new ones. It loads nothing
/// else and its script is the only one that runs, and its headers say so.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Created by the container.")]
internal sealed class StatusPage
{
    private readonly StatusReader _status;
    private readonly string _policy;
    private readonly string _beforeData;
    private readonly string _afterData;

    /// <summary>Loads the page.</summary>
    public StatusPage(StatusReader status)
    {
        _status = status;
        var (style, script) = (ReadResource("StatusPage.css"), ReadResource("StatusPage.js"));
        _policy = $"default-src 'none'; style-src {Hash(style)}; script-src {Hash(script)}; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        var parts = ReadResource("StatusPage.html")
            .Replace("{{style}}", style, StringComparison.Ordinal)
            .Replace("{{script}}", script, StringComparison.Ordinal)
            .Split("{{status}}");
        (_beforeData, _afterData) = (parts[0], parts[1]);
    }

    /// <summary>Answers one request.</summary>
    public async Task RespondAsync(HttpContext context)
    {
        var status = await _status.ReadAsync(context.RequestAborted);
        context.Response.Headers.ContentSecurityPolicy = _policy;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(
            _beforeData + JsonSerializer.Serialize(status, StatusJson.Options) + _afterData, context.RequestAborted);
    }

    private static string Hash(string text) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string ReadResource(string name)
    {
        using var stream = typeof(StatusPage).Assembly.GetManifestResourceStream(typeof(StatusPage), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
