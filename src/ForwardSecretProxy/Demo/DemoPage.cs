using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Demo;

/// <summary>
/// A page that shows visitors what their own connection agreed on: HTML for browsers, plain lines for the rest. It
/// loads nothing and runs nothing, and its headers say so.
/// </summary>
internal sealed class DemoPage
{
    private readonly string _template = ReadResource("DemoPage.html");
    private readonly string _style = ReadResource("DemoPage.css");
    private readonly string _policy;

    /// <summary>Loads the page.</summary>
    public DemoPage()
    {
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(_style)));
        _policy = $"default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>Answers one request.</summary>
    public Task RespondAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = _policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return Task.CompletedTask;
        }
        if (context.Request.Path != "/")
            response.StatusCode = StatusCodes.Status404NotFound;

        var rows = Describe(context.Features.Get<TlsSessionInfo>(), context.Request.Protocol);
        var isBrowser = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        response.ContentType = isBrowser ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(isBrowser ? Html(rows) : Text(rows));
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body).AsTask();
    }

    private static List<Row> Describe(TlsSessionInfo? session, string protocol)
    {
        if (session is null)
            return [new Row("Connection", "not protected", "This should not happen.")];

        return
        [
            new Row("Version", session.Version, "Nothing older than TLS 1.2 is spoken."),
            new Row("Cipher suite", session.CipherSuite, "Encrypts and authenticates at once (AEAD)."),
            new Row("Key exchange", session.Group,
                "Fresh keys for this connection alone, on both sides. They are gone when it closes."),
            session.Resumed
                ? new Row("Signature", "none: resumed",
                    "A single-use ticket took the signature's place. The key exchange was fresh all the same.")
                : new Row("Signature", session.SignatureScheme ?? "unknown",
                    "Made by the token, with a key that nobody can read or copy."),
            new Row("Server name", session.ServerName ?? "none sent", "What you asked for (SNI)."),
            new Row("Protocol", $"{session.ApplicationProtocol ?? "none negotiated"} ({protocol})", "ALPN, and what is spoken."),
        ];
    }

    private string Html(List<Row> rows)
    {
        var list = new StringBuilder();
        foreach (var row in rows)
        {
            list.Append(CultureInfo.InvariantCulture, $"""
                <div><dt>{Encode(row.Name)}</dt><dd><b>{Encode(row.Value)}</b><span>{Encode(row.Meaning)}</span></dd></div>

                """);
        }
        return _template
            .Replace("{{style}}", _style, StringComparison.Ordinal)
            .Replace("{{version}}", Encode(ProductVersion.Current), StringComparison.Ordinal)
            .Replace("{{rows}}", list.ToString(), StringComparison.Ordinal);
    }

    private static string Text(List<Row> rows) =>
        string.Concat(rows.Select(row => $"{row.Name,-13} {row.Value}\n"));

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string ReadResource(string name)
    {
        using var stream = typeof(DemoPage).Assembly.GetManifestResourceStream(typeof(DemoPage), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record Row(string Name, string Value, string Meaning);
}
