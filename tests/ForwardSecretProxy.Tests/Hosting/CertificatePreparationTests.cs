using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hosting;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Redundancy;
using ForwardSecretProxy.Tests.Admin;

namespace ForwardSecretProxy.Tests.Hosting;

/// <summary>Certificates with several keys, some of which are not there.</summary>
public sealed class CertificatePreparationTests : IDisposable
{
    private const string Primary = "pkcs11:token=main;object=web";
    private const string Spare = "pkcs11:token=drawer;object=web";
    private const string Plain = "pkcs11:token=main;object=other";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-test-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _spareKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Tokens _tokens = new();

    public CertificatePreparationTests()
    {
        _tokens.Keys[Primary] = new StubSigner(_key);
        _tokens.Keys[Spare] = new StubSigner(_spareKey);
    }

    public void Dispose()
    {
        _tokens.Dispose();
        _key.Dispose();
        _spareKey.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Prepare_SingleKey_IsLeftAlone()
    {
        var (certificate, problems) = await PrepareAsync(WithSpare() with { Spares = [] });

        Assert.Empty(problems);
        Assert.Same(_tokens.Keys[Primary], certificate!.Certificate.Signer);
        Assert.Null(certificate.Choice);
        Assert.Empty(certificate.Certificate.Spares);
    }

    [Fact]
    public async Task Prepare_KeyAndSpare_AreBothServed()
    {
        var (certificate, problems) = await PrepareAsync(WithSpare());

        Assert.Empty(problems);
        Assert.Equal(0, certificate!.Choice!.Current);
        Assert.Same(certificate.Choice, certificate.Certificate.Choice);
        Assert.Equal(_spareKey.ExportSubjectPublicKeyInfo(), Assert.Single(certificate.Certificate.Spares).Signer.SubjectPublicKeyInfo.ToArray());
        Assert.Equal([KeyState.InUse, KeyState.Standby], certificate.Keys.Select(key => key.StateIn(certificate)));
    }

    [Fact]
    public async Task Prepare_SpareInTheDrawer_IsAWarning()
    {
        _tokens.Away.Add(Spare);

        var (certificate, problems) = await PrepareAsync(WithSpare());

        Assert.All(problems, problem => Assert.Equal(ConfigurationProblemSeverity.Warning, problem.Severity));
        Assert.Equal(["Tokens:drawer", "Certificates:web:Spares:0:Key"], problems.Select(problem => problem.Path));
        Assert.Empty(certificate!.Certificate.Spares);
        Assert.Equal([KeyState.InUse, KeyState.Absent], certificate.Keys.Select(key => key.StateIn(certificate)));
    }

    [Fact]
    public async Task Prepare_PrimaryAway_IsServedWithTheSpareAndAWarning()
    {
        _tokens.Away.Add(Primary);

        var (certificate, problems) = await PrepareAsync(WithSpare());

        Assert.All(problems, problem => Assert.Equal(ConfigurationProblemSeverity.Warning, problem.Severity));
        Assert.Contains(problems, problem => problem.Path == "Certificates:web:Key");
        Assert.Equal(_spareKey.ExportSubjectPublicKeyInfo(), certificate!.Certificate.Signer.SubjectPublicKeyInfo.ToArray());
        Assert.Equal([KeyState.Absent, KeyState.InUse], certificate.Keys.Select(key => key.StateIn(certificate)));
    }

    [Fact]
    public async Task Prepare_BothAway_IsAnErrorThatMayPass()
    {
        _tokens.Away.UnionWith([Primary, Spare]);

        var (certificate, problems) = await PrepareAsync(WithSpare());

        Assert.Null(certificate);
        Assert.Contains(problems, problem => problem.Severity == ConfigurationProblemSeverity.Error);
        Assert.All(problems, problem => Assert.True(problem.MayPass));
    }

    [Fact]
    public async Task Prepare_SpareIsRefusedByTheGate_IsAnError()
    {
        _tokens.Refused.Add(Spare);

        var (_, problems) = await PrepareAsync(WithSpare());

        var problem = Assert.Single(problems);
        Assert.Equal(("Certificates:web:Spares:0:Key", ConfigurationProblemSeverity.Error), (problem.Path, problem.Severity));
    }

    [Fact]
    public async Task Prepare_AnotherCertificatesOnlyTokenIsAway_IsAnError()
    {
        _tokens.Away.UnionWith([Spare, Plain]);
        _tokens.Keys[Plain] = new StubSigner();
        var plain = new CertificateOptions { Name = "other", Chain = Chain("other.pem", _key, "other.example"), Key = Plain };

        var (_, problems) = await PrepareAsync(WithSpare(), plain);

        Assert.Contains(problems, problem => problem.Path == "Tokens:main" && problem.Severity == ConfigurationProblemSeverity.Error);
    }

    [Fact]
    public async Task Prepare_SpareWithoutANameOfThePrimarys_IsAWarning()
    {
        var options = WithSpare(spareNames: ["web.example"], names: ["web.example", "www.web.example"]);

        var (certificate, problems) = await PrepareAsync(options);

        var problem = Assert.Single(problems);
        Assert.Equal(("Certificates:web:Spares:0:Chain", ConfigurationProblemSeverity.Warning), (problem.Path, problem.Severity));
        Assert.Contains("www.web.example", problem.Message, StringComparison.Ordinal);
        Assert.Single(certificate!.Certificate.Spares);
    }

    [Fact]
    public async Task Prepare_SpareWithAWildcardForThePrimarysNames_IsWell()
    {
        var (_, problems) = await PrepareAsync(WithSpare(spareNames: ["*.web.example"], names: ["a.web.example"]));

        Assert.Empty(problems);
    }

    [Fact]
    public async Task Prepare_ExpiredSpare_IsAWarningAndNotServed()
    {
        var options = WithSpare();
        Chain("spare.pem", _spareKey, TimeSpan.FromDays(-1), "web.example");

        var (certificate, problems) = await PrepareAsync(options);

        Assert.All(problems, problem => Assert.Equal(ConfigurationProblemSeverity.Warning, problem.Severity));
        Assert.Contains(problems, problem => problem.Path == "Certificates:web:Spares:0:Chain");
        Assert.Empty(certificate!.Certificate.Spares);
    }

    [Fact]
    public async Task Prepare_SameKeyOnTwoTokens_IsOneSigner()
    {
        const string second = "pkcs11:token=second;object=web";
        _tokens.Keys[second] = new StubSigner(_key);
        var options = WithSpare() with { Spares = [], Keys = [Primary, second] };

        var (certificate, problems) = await PrepareAsync(options);

        Assert.Empty(problems);
        Assert.Equal(2, Assert.IsType<RedundantSigner>(certificate!.Certificate.Signer).Tokens.Tokens.Count);
        Assert.Equal(["primary key 1", "primary key 2"], certificate.Keys.Select(key => key.Role));

        _tokens.Away.Add(second);
        (certificate, problems) = await PrepareAsync(options);
        Assert.Contains(problems, problem => problem is { Path: "Certificates:web:Keys:1", Severity: ConfigurationProblemSeverity.Warning });
        Assert.Single(Assert.IsType<RedundantSigner>(certificate!.Certificate.Signer).Tokens.Tokens);
    }

    [Fact]
    public async Task Prepare_OtherCertificateOnTheSameToken_WaitsInTheSamePool()
    {
        // Or a handshake with both of them would wait for two sessions of a token that may have one.
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        _tokens.Keys[Plain] = new SameToken(other, _tokens.Keys[Primary]);
        var plain = new CertificateOptions { Name = "zother", Chain = Chain("other.pem", other, "web.example"), Key = Plain };

        var context = NewContext();
        var prepared = await CertificatePreparation.PrepareAsync([WithSpare(), plain], _tokens, null, context, default);

        Assert.Equal(prepared[0].Certificate.Signer.Pool, prepared[1].Certificate.Signer.Pool);
        Assert.Null(prepared[1].Choice);
    }

    [Fact]
    public async Task Prepare_Again_KeepsWhatIsInUseAndWhatIsKnown()
    {
        var (first, _) = await PrepareAsync(WithSpare());
        first!.Choice!.Keys[0].Tokens[0].Suspect("it looks ill");
        first.Choice.Check();
        Assert.Equal(1, first.Choice.Current);

        var again = await CertificatePreparation.PrepareAsync([WithSpare()], _tokens, Server(first), NewContext(), default);
        Assert.Same(first.Choice, Assert.Single(again).Choice);

        // Another set of keys: another choice, that begins where the one before was.
        var manual = WithSpare() with { FailBackAfter = null };
        again = await CertificatePreparation.PrepareAsync([manual], _tokens, Server(first), NewContext(), default);
        Assert.NotSame(first.Choice, again[0].Choice);
        Assert.Equal(1, again[0].Choice!.Current);
    }

    private CertificateOptions WithSpare(string[]? names = null, string[]? spareNames = null) => new()
    {
        Name = "web",
        Chain = Chain("web.pem", _key, names ?? ["web.example"]),
        Key = Primary,
        Spares =
        [
            new CertificateOptions
            {
                Name = "web", Path = "Certificates:web:Spares:0", Key = Spare,
                Chain = Chain("spare.pem", _spareKey, spareNames ?? ["web.example"]),
            },
        ],
    };

    private async Task<(PreparedCertificate? Certificate, IReadOnlyList<ConfigurationProblem> Problems)> PrepareAsync(
        params CertificateOptions[] options)
    {
        var context = NewContext();
        foreach (var key in _tokens.Away) Tokens.ReportAway(key, context);
        var prepared = await CertificatePreparation.PrepareAsync(options, _tokens, null, context, default);
        // The certificates are their own issuers.
        return (prepared.FirstOrDefault(), [.. context.Problems.Where(problem => !problem.Message.Contains("self-signed", StringComparison.Ordinal))]);
    }

    private ConfigurationContext NewContext() => new(_directory.FullName, new Dictionary<string, string>());

    private string Chain(string file, ECDsa key, params string[] names) => Chain(file, key, TimeSpan.FromDays(60), names);

    private string Chain(string file, ECDsa key, TimeSpan left, params string[] names)
    {
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        Array.ForEach(names, alternatives.AddDnsName);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow + left);
        var path = Path.Combine(_directory.FullName, file);
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    private static PreparedServer Server(PreparedCertificate certificate) => new()
    {
        Options = null!, Certificates = [certificate], Listeners = [], Routes = null!, MtaSts = null!, Keys = null!, Stamps = [],
    };

    private sealed class Tokens : ISignerSource
    {
        public Dictionary<string, ISigner> Keys { get; } = [];

        public HashSet<string> Away { get; } = [];

        public HashSet<string> Refused { get; } = [];

        public static void ReportAway(string key, ConfigurationContext context) => context.Report(
            new ConfigurationProblem($"Tokens:{Label(key)}", "it is not there", "Plug it in.") { MayPass = true });

        public Task<OpenedKey?> OpenAsync(
            CertificateOptions certificate, ReadOnlyMemory<byte>? subjectPublicKeyInfo, ConfigurationContext context, CancellationToken cancellationToken)
        {
            if (Refused.Contains(certificate.Key))
                context.Report(certificate.KeyPath, "the key gate refuses the key", "Make a new one.");
            return Task.FromResult(Away.Contains(certificate.Key) || Refused.Contains(certificate.Key)
                ? null
                : new OpenedKey(Keys[certificate.Key], Label(certificate.Key), [], "Stub", new KeyGateReport(certificate.Key, [], [], [])));
        }

        public void Dispose()
        {
            foreach (var signer in Keys.Values.OfType<IDisposable>()) signer.Dispose();
        }

        private static string Label(string key) => key.Split(':', '=', ';')[2];
    }

    /// <summary>A key on the token of another.</summary>
    private sealed class SameToken(ECDsa key, ISigner neighbour) : ISigner
    {
        public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; } = key.ExportSubjectPublicKeyInfo();

        public IReadOnlyList<SignatureScheme> Schemes => [SignatureScheme.EcdsaSecp384r1Sha384];

        public int MaxSignatureLength => 104;

        public ISigningPool Pool => neighbour.Pool;

        public int Sign(
            ISigningLease lease, SignatureScheme scheme, ReadOnlySpan<byte> message, Span<byte> destination) =>
            throw new NotSupportedException();
    }
}
