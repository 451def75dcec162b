using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Tests.Certificates;
using ForwardSecretProxy.Tests.Configuration;

namespace ForwardSecretProxy.Tests.Acme;

/// <summary>Renewals of one certificate, with an authority that follows a script, a key in memory and a calendar that leaps.</summary>
[SupportedOSPlatform("linux")]
public abstract class ScriptedRenewals : IDisposable
{
    private protected ScriptedRenewals() => Authority = new ScriptedAuthority(Time);

    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("fsp-test-");

    private protected LeapingTime Time { get; } = new();

    /// <summary>The certificate's.</summary>
    private protected ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The URIs of the keys that were opened, in order.</summary>
    private protected List<string> Opened { get; } = [];

    private protected ScriptedAuthority Authority { get; }

    /// <summary>What opening a key fails with; null for nothing.</summary>
    private protected Exception? Refusal { get; set; }

    /// <summary>The account's entry but for the directory and the key's file.</summary>
    private protected string Account { get; set; } = "\"AcceptTerms\": true, \"Contact\": [ \"a@example.org\" ]";

    private protected string Chain => Path.Combine(Folder.FullName, "web.pem");

    private protected string Challenges => Path.Combine(Folder.FullName, "challenges");

    public void Dispose()
    {
        Key.Dispose();
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static CertificateRequest Named(AsymmetricAlgorithm key) => TestAuthority.Bare(
        key, TestAuthority.Names("example.org"),
        TestAuthority.Usage(X509KeyUsageFlags.DigitalSignature), TestAuthority.Purpose("1.3.6.1.5.5.7.3.1"));

    private protected void Suggest(double fromDays, double toDays, TimeSpan shift = default) => Authority.Window = JsonSerializer.Serialize(new
    {
        start = Time.GetUtcNow() + shift + TimeSpan.FromDays(fromDays),
        end = Time.GetUtcNow() + shift + TimeSpan.FromDays(toDays),
    });

    private protected void DescribeDirectory(string meta, string root = "https://ca.example/") => Authority.Instead = path => path == "/directory"
        ? new HttpResponseMessage
        {
            Content = new StringContent(
                $$"""{"newNonce":"{{root}}nonce","newAccount":"{{root}}account","newOrder":"{{root}}order",{{meta}}}"""),
        }
        : null;

    private protected async Task<RenewalOutcome> RunAsync(bool force = false) =>
        Assert.Single(await NewRenewals().RunAsync(null, force, default));

    private protected Renewals NewRenewals(ProxyOptions? options = null) =>
        new(options ?? Options(), OpenAsync, _ => new AcmeTransport(new Connection(Authority), Time), Time, new Random(1));

    private protected ProxyOptions Options()
    {
        const string redirect = "\"http\": { \"Address\": \"0.0.0.0:80\", \"Protocol\": \"redirect\", \"AcmeChallengeFolder\": ";
        var key = Account.Contains("AccountKey", StringComparison.Ordinal) ? "" : $", \"AccountKey\": \"{Folder.FullName}/acme-ca.key\"";
        var account = $"\"Directory\": \"https://ca.example/directory\"{key}" + (Account.Length == 0 ? "" : ", " + Account);
        var loaded = Configurations.Load(Configurations.Good
            .Replace("\"web.pem\"", $"\"{Chain}\"", StringComparison.Ordinal)
            .Replace("object=web\" }", "object=web\", \"Acme\": { \"Names\": [ \"example.org\" ] } }", StringComparison.Ordinal)
            .Replace("[ \"web\" ] }", $"[ \"web\" ] }}, {redirect}\"{Challenges}\" }}", StringComparison.Ordinal)
            .Replace("\"Tls\": { }", $"\"Acme\": {{ \"ca\": {{ {account} }} }}", StringComparison.Ordinal));
        Assert.Empty(loaded.Context.Problems);
        return loaded.Options!;
    }

    private Task<OpenKey> OpenAsync(string uri, string place, ReadOnlyMemory<byte>? preferred, CancellationToken cancellationToken)
    {
        Opened.Add(uri);
        if (Refusal is not null) throw Refusal;
        return Task.FromResult(new OpenKey(new KeyPairSigner(Key, SignatureScheme.EcdsaSecp256r1Sha256), Stream.Null));
    }

    /// <summary>One of many, after which the authority goes on.</summary>
    private sealed class Connection(ScriptedAuthority authority) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            authority.AnswerAsync(request, cancellationToken);
    }
}
