using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Routing;

/// <summary>
/// Puts the Strict-Transport-Security header on every answer to a client that came over https, our own 404 and 502 included.
/// It takes the place of a service's own: only the first of two counts for a browser (RFC 6797 section 8.1), and the operator
/// is who has to answer for all names.
/// </summary>
internal static class StrictTransport
{
    /// <summary>Sees to it that the answer to <paramref name="context"/> will have the header, if it is to have one.</summary>
    public static void Apply(HttpContext context, HstsOptions options)
    {
        // Over http it must not be there (RFC 6797 section 7.2).
        if (options.Header is not { } header || !context.Request.IsHttps) return;
        // When the service's headers are there already.
        context.Response.OnStarting(static state =>
        {
            var (response, value) = ((HttpResponse, string))state;
            response.Headers.StrictTransportSecurity = value;
            return Task.CompletedTask;
        }, (context.Response, header));
    }
}
