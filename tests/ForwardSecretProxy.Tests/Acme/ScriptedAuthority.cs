using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using ForwardSecretProxy.Tests.Certificates;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>
/// An authority without a network, for what the real one in the functional tests cannot be made to do: it suggests windows, counts
/// what it is asked, and refuses on request. It verifies each signature, nonce and URL, and looks at no challenge.
/// </summary>
internal sealed class ScriptedAuthority(TimeProvider time)
{
    private const string Root = "https://ca.example/";

    private readonly TestAuthority _issuer = new();
    private readonly HashSet<string> _nonces = [];
    private byte[]? _chain;
    private JsonNode? _jwk;
    private bool _decided;

    /// <summary>What it was asked, in order: a method and a path.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The payloads of signed messages, by path.</summary>
    public Dictionary<string, JsonNode?> Payloads { get; } = [];

    /// <summary>The next so many nonces are refused.</summary>
    public int NoncesToRefuse { get; set; }

    /// <summary>The suggested window as JSON; null for an authority that suggests none.</summary>
    public string? Window { get; set; }

    /// <summary>What the windows' Retry-After says.</summary>
    public string RetryAfter { get; set; } = "21600";

    /// <summary>How long certificates live.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Answers in place of the script, by path; null to go on.</summary>
    public Func<string, HttpResponseMessage?> Instead { get; set; } = _ => null;

    /// <summary>What challenges there are.</summary>
    public string ChallengeType { get; set; } = "http-01";

    /// <summary>The challenge's token.</summary>
    public string Token { get; set; } = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA";

    /// <summary>Called when a challenge's answer is said to be in place.</summary>
    public Action OnChallenge { get; set; } = () => { };

    /// <summary>What the authority says of each authorization after that.</summary>
    public string Verdict { get; set; } = "valid";

    /// <summary>A problem document.</summary>
    public static HttpResponseMessage Problem(string type, string detail, HttpStatusCode status = HttpStatusCode.BadRequest) => new(status)
    {
        Content = new StringContent(
            $$"""{"type":"urn:ietf:params:acme:error:{{type}}","detail":"{{detail}}"}""", Encoding.UTF8, "application/problem+json"),
    };

    /// <summary>Answers.</summary>
    public async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        Requests.Add($"{request.Method} {path}");
        var refusal = request.Method == HttpMethod.Post
            ? Verify(request.RequestUri, JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!)
            : null;
        var response = refusal ?? Instead(path) ?? Answer(path);
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        _nonces.Add(nonce);
        if (path != "/directory") response.Headers.Add("Replay-Nonce", nonce);
        return response;
    }

    private HttpResponseMessage Answer(string path) => path switch
    {
        "/directory" => Json($$"""
            { "newNonce": "{{Root}}nonce", "newAccount": "{{Root}}account", "newOrder": "{{Root}}order",
              "renewalInfo": {{(Window is null ? "null" : $"\"{Root}renewal\"")}}, "meta": { "termsOfService": "{{Root}}terms" } }
            """),
        "/nonce" => new HttpResponseMessage(),
        "/account" => At("account/1", """{"status":"valid"}"""),
        "/order" => Ordered(),
        "/order/1" => Json(Order(_chain is null ? "ready" : "valid")),
        "/authorization/1" => Json(Authorization()),
        "/challenge/1" => Challenged(),
        "/finalize/1" => Issue(),
        "/certificate/1" => new HttpResponseMessage { Content = new ByteArrayContent(_chain!) },
        _ when path.StartsWith("/renewal/", StringComparison.Ordinal) => Renewal(),
        _ => new HttpResponseMessage(HttpStatusCode.NotFound),
    };

    private HttpResponseMessage Renewal()
    {
        var response = Json($$"""{ "suggestedWindow": {{Window}} }""");
        response.Headers.Add("Retry-After", RetryAfter);
        return response;
    }

    private HttpResponseMessage Ordered()
    {
        (_chain, _decided) = (null, false);
        return At("order/1", Order("pending"));
    }

    private HttpResponseMessage Challenged()
    {
        OnChallenge();
        _decided = true;
        return Json("{}");
    }

    private string Authorization() => $$"""
        { "identifier": { "type": "dns", "value": "example.org" }, "status": "{{(_decided ? Verdict : "pending")}}", "challenges": [
          { "type": "{{ChallengeType}}", "url": "{{Root}}challenge/1", "token": "{{Token}}", "status": "pending", "error": {{Error}} } ] }
        """;

    private string Error => _decided && Verdict == "invalid"
        ? """{ "type": "urn:ietf:params:acme:error:connection", "detail": "refused\nby\u001b peer" }"""
        : "null";

    private static string Order(string status) => $$"""
        {"status":"{{status}}","authorizations":["{{Root}}authorization/1"],"finalize":"{{Root}}finalize/1","certificate":"{{Root}}certificate/1"}
        """;

    private HttpResponseMessage Issue()
    {
        var request = CertificateRequest.LoadSigningRequest(
            Base64Url.DecodeFromChars((string)Payloads["/finalize/1"]!["csr"]!), HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier([1, 2, 3, 4]));
        var now = time.GetUtcNow();
        _chain = Encoding.ASCII.GetBytes(TestAuthority.Pem(_issuer.Issue(request, now.AddMinutes(-1), now + Lifetime), _issuer.Intermediate));
        return At("order/1", Order("valid"));
    }

    private HttpResponseMessage? Verify(Uri url, JsonNode jws)
    {
        var header = JsonNode.Parse(Base64Url.DecodeFromChars((string)jws["protected"]!))!;
        var payload = Base64Url.DecodeFromChars((string)jws["payload"]!);
        Assert.Equal(url.AbsoluteUri, (string)header["url"]!);
        Assert.True(VerifySignature(header, jws), "The signature does not verify.");
        if (!_nonces.Remove((string)header["nonce"]!) || NoncesToRefuse-- > 0) return Problem("badNonce", "stale");
        Payloads[url.AbsolutePath] = payload.Length == 0 ? null : JsonNode.Parse(payload);
        return null;
    }

    private bool VerifySignature(JsonNode header, JsonNode jws)
    {
        // Once: RFC 8555 section 6.2 has the key itself in no message but that for the account.
        Assert.Equal(header["jwk"] is null, _jwk is not null && header["kid"] is not null);
        _jwk = header["jwk"] ?? _jwk;
        var message = Encoding.ASCII.GetBytes($"{jws["protected"]}.{jws["payload"]}");
        var signature = Base64Url.DecodeFromChars((string)jws["signature"]!);
        var curve = (string)_jwk!["crv"]! == "P-256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384;
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = curve,
            Q = new ECPoint
            {
                X = Base64Url.DecodeFromChars((string)_jwk["x"]!),
                Y = Base64Url.DecodeFromChars((string)_jwk["y"]!),
            },
        });
        return key.VerifyData(message, signature, (string)header["alg"]! == "ES256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384);
    }

    private static HttpResponseMessage At(string path, string json)
    {
        var response = Json(json);
        response.StatusCode = HttpStatusCode.Created;
        response.Headers.Location = new Uri(Root + path);
        return response;
    }

    private static HttpResponseMessage Json(string json) => new() { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
