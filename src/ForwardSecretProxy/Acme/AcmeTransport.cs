using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Hosting;

namespace ForwardSecretProxy.Acme;

/// <summary>
/// Requests to an authority: verified TLS, bounded in time and size, to nowhere that a redirect leads. What goes wrong becomes an
/// <see cref="AcmeException"/>.
/// </summary>
internal sealed class AcmeTransport : IDisposable
{
    private const string NonceHeader = "Replay-Nonce";

    /// <summary>The largest answer is a chain, of some 10 KB.</summary>
    private const int MaxBodyBytes = 512 * 1024;

    /// <summary>A nonce is used in a header of ours (RFC 8555 section 6.5.1: base64url).</summary>
    private const int MaxNonceLength = 256;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>Sends by <paramref name="handler"/>, which is disposed with this.</summary>
    public AcmeTransport(HttpMessageHandler handler, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(handler) { Timeout = RequestTimeout, MaxResponseContentBufferSize = MaxBodyBytes };
        // Authorities ask for it (RFC 8555 section 6.1), to tell a client's authors of its mistakes.
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("fsp", ProductVersion.Current));
        _http.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("en"));
    }

    /// <summary>Connects by HTTP.</summary>
    /// <param name="caFile">The only authorities of the server's certificate, in PEM; null for the system's.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="AcmeException">The file cannot be used.</exception>
    public static AcmeTransport Connect(string? caFile, TimeProvider time)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            ActivityHeadersPropagator = null,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        if (caFile is not null) handler.SslOptions.CertificateChainPolicy = TrustOnly(caFile);
        return new AcmeTransport(handler, time);
    }

    /// <summary>Asks without a signature.</summary>
    public Task<AcmeResponse> GetAsync(Uri uri, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, uri, null, cancellationToken);

    /// <summary>Asks for the headers only.</summary>
    public Task<AcmeResponse> HeadAsync(Uri uri, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Head, uri, null, cancellationToken);

    /// <summary>Sends a signed message (RFC 8555 section 6.2).</summary>
    public Task<AcmeResponse> PostAsync(Uri uri, byte[] jws, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(jws);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jose+json");
        return SendAsync(HttpMethod.Post, uri, content, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<AcmeResponse> SendAsync(
        HttpMethod method, Uri uri, HttpContent? content, CancellationToken cancellationToken)
    {
        RequireSafe(uri);
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return await ReadAsync(uri, response, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new AcmeException($"{uri.Host} could not be asked: {Reason(exception)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AcmeException(string.Create(CultureInfo.InvariantCulture,
                $"{uri.Host} did not answer within {RequestTimeout.TotalSeconds} s"));
        }
    }

    private async Task<AcmeResponse> ReadAsync(Uri uri, HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(uri, response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken))
        {
            Nonce = response.Headers.TryGetValues(NonceHeader, out var nonces) ? nonces.FirstOrDefault(IsNonce) : null,
            Location = response.Headers.Location is { } location ? new Uri(uri, location) : null,
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - _time.GetUtcNow(),
                _ => null,
            },
        };

    /// <summary>What an authority names is asked no less safely than the authority itself.</summary>
    private static void RequireSafe(Uri uri)
    {
        if (!uri.IsAbsoluteUri || uri.Scheme != Uri.UriSchemeHttps && !(uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            throw new AcmeException($"the authority names an address that is not https: {AcmeText.Clean(uri.OriginalString, 200)}");
    }

    private static bool IsNonce(string text) =>
        text.Length is > 0 and <= MaxNonceLength && text.All(each => char.IsAsciiLetterOrDigit(each) || each is '-' or '_');

    private static string Reason(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return AcmeText.Clean(exception.Message, 300);
    }

    private static X509ChainPolicy TrustOnly(string caFile)
    {
        var problems = new List<CertificateProblem>();
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        foreach (var der in PemCertificateReader.Read(caFile, problems))
            policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(der));
        return problems is [var first, ..] ? throw new AcmeException($"{first.Message}. {first.Mend}") : policy;
    }
}
