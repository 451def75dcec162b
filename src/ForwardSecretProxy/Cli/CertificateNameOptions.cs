using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Cli;

/// <summary><c>--dns</c>, <c>--ip</c> and <c>--subject</c>: what a certificate is for.</summary>
internal sealed class CertificateNameOptions
{
    private const int MaxCommonName = 64;

    private readonly Option<string[]> _dns = new("--dns")
    {
        Description = "A host name the certificate is good for, such as www.example.org, *.example.org or "
            + "bücher.example; repeat it for more.",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _addresses = new("--ip")
    {
        Description = "An IP address the certificate is good for; repeat it for more.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _subject = new("--subject")
    {
        Description = "The subject as in RFC 4514, \"CN=www.example.org,O=Example,C=DE\". Default: CN and the first "
            + "name, because clients look only at the names.",
        HelpName = "SUBJECT",
    };

    /// <summary>Puts the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_dns);
        command.Options.Add(_addresses);
        command.Options.Add(_subject);
    }

    /// <summary>Reads them, telling on stderr when a name was turned into A-labels.</summary>
    /// <exception cref="CommandFailedException">One is no name, address or subject, or none is given.</exception>
    public (X500DistinguishedName Subject, CertificateNames Names) Read(ParseResult parsed)
    {
        try
        {
            var written = parsed.GetValue(_dns)!;
            var names = CertificateNames.Parse(written, parsed.GetValue(_addresses)!);
            var error = parsed.InvocationConfiguration.Error;
            foreach (var name in written.Where(name => !name.All(char.IsAscii)))
                error.WriteLine($"{name} goes into the certificate as {DnsName.Parse(name)}");
            return (SubjectName.Parse(parsed.GetValue(_subject) ?? DefaultSubject(names)), names);
        }
        catch (FormatException exception)
        {
            throw new CommandFailedException(exception.Message, ExitCode.Usage);
        }
    }

    private static string DefaultSubject(CertificateNames names)
    {
        var first = names.Dns is [var dns, ..] ? dns : names.Addresses[0].ToString();
        return first.Length <= MaxCommonName ? $"CN={first}" : "CN=fsp";
    }
}
