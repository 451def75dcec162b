using ForwardSecretProxy.Acme;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Hardening.Limits;
using ForwardSecretProxy.Signing.Keys;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>What both commands of <c>fsp acme</c> begin with.</summary>
/// <param name="Options">The configuration.</param>
/// <param name="Renewals">Looks after its certificates.</param>
internal sealed record AcmeSetup(ProxyOptions Options, Renewals Renewals)
{
    /// <summary>Reads the configuration. No token is asked.</summary>
    /// <exception cref="CommandFailedException">It has errors, or no certificate in it is got by ACME.</exception>
    public static AcmeSetup Load(FileInfo file)
    {
        var options = ConfiguredKey.Load(file);
        if (options.Certificates.All(certificate => certificate.Acme is null))
        {
            throw new CommandFailedException(
                $"{file}: no certificate has an Acme section. Give one \"Acme\": {{ \"Account\": \"...\", \"Names\": [ \"example.org\" ] }}",
                ExitCode.Usage);
        }

        // PINs, and an account's key from its file, will be in this process's memory: no debugger and no core file is to have them.
        ProcessLimits.Apply();
        return new AcmeSetup(options, new Renewals(
            options, OpenerFor(options), account => AcmeTransport.Connect(account.CaFile, TimeProvider.System),
            TimeProvider.System, Random.Shared));
    }

    /// <summary>The name of a certificate as the configuration spells it.</summary>
    /// <exception cref="CommandFailedException">None of that name is got by ACME.</exception>
    public string FindCertificate(string name)
    {
        var fitting = Options.Certificates.Where(each => each.Acme is not null).Select(each => each.Name).ToList();
        return fitting.Find(each => each.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandFailedException(
                $"there is no certificate \"{name}\" with an Acme section; there are: {string.Join(", ", fitting)}", ExitCode.Usage);
    }

    private static KeyOpener OpenerFor(ProxyOptions options) => async (text, place, preferred, cancellationToken) =>
    {
        var (uri, token) = FindKey(options, text, place);
        // One signature at a time: the other sessions are for the handshakes.
        var key = await KeyInUse.OpenAsync(uri, token with { Sessions = 1 }, preferred, cancellationToken);
        return new OpenKey(key.Signer, key);
    };

    // What is wrong with one key is no reason to end: the other certificates may be renewed.
    private static (Pkcs11Uri Uri, TokenOptions Token) FindKey(ProxyOptions options, string text, string place)
    {
        try
        {
            return ConfiguredKey.FindToken(options.Tokens, text, place);
        }
        catch (CommandFailedException exception)
        {
            throw new AcmeException(exception.Message.TrimEnd('.'));
        }
    }
}
