using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Rotation;
using ForwardSecretProxy.Tests.Configuration;
using static ForwardSecretProxy.Tests.Certificates.TestAuthority;

namespace ForwardSecretProxy.Tests.Cli;

/// <summary>What is looked at; what is found on real tokens, the functional tests say.</summary>
public class CertificateStatusReaderTests
{
    [Fact]
    public void Read_SparesAndSeveralKeys_HaveEachTheirLineAndTheirStep()
    {
        var options = Configurations.Load(Configurations.Good
            .Replace("\"Label\": \"fsp\", \"PinFile\": \"pin\" }", "\"Label\": \"fsp\", \"PinFile\": \"pin\" }, "
                + "\"other\": { \"Module\": \"/lib/other.so\", \"Label\": \"other\", \"PinFile\": \"pin\" }", StringComparison.Ordinal)
            .Replace("\"Key\": \"pkcs11:token=fsp;object=web\" }", "\"Keys\": [ \"pkcs11:token=fsp;object=web\", \"pkcs11:token=nowhere;object=web\" ], "
                + "\"Spares\": [ { \"Chain\": \"spare.pem\", \"Key\": \"pkcs11:token=other;object=spare\" } ] }", StringComparison.Ordinal)).Options!;
        var reader = new CertificateStatusReader(options, "fsp.jsonc", Now);

        var certificates = reader.Read();

        Assert.Equal([("web", "Certificates:web"), ("web", "Certificates:web:Spares:0")], certificates.Select(each => (each.Name, each.Path)));
        AssertStep(certificates[0], "Certificates:web:Keys:0: ");
        AssertStep(certificates[0], "Certificates:web:Keys:1: it fits none of the Tokens");
        AssertStep(certificates[0], "`fsp csr --dns NAME --config fsp.jsonc --certificate web`");
        AssertStep(certificates[1], "Certificates:web:Spares:0:Key: ");
        AssertStep(certificates[1], "`fsp csr --dns NAME --module /lib/other.so --key 'pkcs11:token=other;object=spare' --pin-file /etc/fsp/pin`");
        Assert.True(reader.LacksToken);
    }

    [Fact]
    public void Read_TokensBehindASigner_SaysThatThisIsNotTheConfigurationForIt()
    {
        var options = Configurations.Load(Configurations.With(
            "\"Tokens\": { \"main\": { \"Module\": \"/lib/token.so\", \"Label\": \"fsp\", \"PinFile\": \"pin\" } }",
            "\"Signer\": \"unix:/run/fsp/signer.sock\"")).Options!;

        AssertStep(Assert.Single(new CertificateStatusReader(options, "fsp.jsonc", Now).Read()), "there are no Tokens in this configuration");
    }

    private static void AssertStep(CertificateStatus certificate, string text) =>
        Assert.Contains(certificate.Steps, step => step.IsDue && step.Text.Contains(text, StringComparison.Ordinal));
}
