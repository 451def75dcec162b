using System.CommandLine;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Dane;
using CommandResult = System.CommandLine.Parsing.CommandResult;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp tlsa</c>: the DANE records of certificates and of the keys after them (RFC 6698, RFC 7671, RFC 7672).</summary>
internal sealed class TlsaCommand
{
    // A rollover waits this long; an hour is short enough for that and long enough for caches.
    private const int DefaultTtl = 3600;
    private const int MaxTtl = 604_800;

    private readonly TlsaKeyOptions _keys = new();
    private readonly ResolverOptions _resolver = new();
    private readonly Option<bool> _json = SharedOptions.Json();

    private readonly Option<string[]> _names = new("--name")
    {
        Description = "The server's host name; for mail, the one in the MX record. Repeat it for more. Default: the names in the "
            + "certificates.",
        HelpName = "HOST",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> _port = new("--port")
    {
        Description = "The service's port.",
        HelpName = "N",
        DefaultValueFactory = _ => 25,
    };

    private readonly Option<string> _protocol = new Option<string>("--protocol")
    {
        Description = "The service's transport.",
        DefaultValueFactory = _ => "tcp",
    }.AcceptOnlyFromAmong("tcp", "udp", "sctp");

    private readonly Option<int> _ttl = new("--ttl")
    {
        Description = "The TTL of the records, in seconds.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => DefaultTtl,
    };

    private readonly Option<bool> _check = new("--check")
    {
        Description = "Look up what is published, and hold it against the keys.",
    };

    private TlsaCommand()
    {
    }

    /// <summary>The command.</summary>
    public static Command Create() => new TlsaCommand().Build();

    private Command Build()
    {
        var command = new Command("tlsa",
            "Print the DANE records (TLSA 3 1 1) of certificates and of the next keys as lines of a zone file, so that the next "
            + "key's is there before the key is used. With --config the keys after and before are found where fsp key rotate "
            + "changes a key. With --check: look up what is published, and say what is missing, stale, or "
            + "not authenticated by DNSSEC. Exit code 1: something has to be mended.");
        _keys.AddTo(command);
        foreach (var option in (Option[])[_names, _port, _protocol, _ttl, _check])
            command.Options.Add(option);
        _resolver.AddTo(command);
        command.Options.Add(_json);
        command.Validators.Add(Validate);
        command.AddExamples(
            "fsp tlsa mail.pem --name mail.example.com",
            "fsp tlsa --config /etc/fsp/fsp.jsonc --name mail.example.com \\\n"
            + "      --next-key 'pkcs11:token=fsp;object=mail-2'",
            "fsp tlsa --config /etc/fsp/fsp.jsonc --name mail.example.com --next mail-2.pub.pem --check",
            "fsp tlsa --next mail-2.pub.pem --name imap.example.com --port 993 --ttl 600",
            "fsp tlsa mail-rsa.pem mail-ecdsa.pem --check --resolver 127.0.0.1 --json");
        command.SetAction(RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetResult(_check) is null && _resolver.IsGiven(result))
            result.AddError("--resolver and --timeout are for --check.");
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var isCheck = parsed.GetValue(_check);
        var port = ReadNumber(parsed, _port, ushort.MaxValue);
        var ttl = ReadNumber(parsed, _ttl, MaxTtl);
        var lookup = isCheck ? _resolver.Read(parsed) : null;
        var keys = await _keys.ReadAsync(parsed, port, cancellationToken);
        var services = new List<TlsaService>();
        foreach (var host in ReadHosts(parsed, keys))
        {
            var owner = new TlsaOwner(host, port, parsed.GetValue(_protocol)!);
            services.Add(await DescribeAsync(owner, KeysOf(host, keys), lookup, ttl, cancellationToken));
        }

        Write(parsed, services, isCheck, ttl);
        return services.TrueForAll(service => service.Findings.Count == 0) ? ExitCode.AllWell : ExitCode.Findings;
    }

    private static int ReadNumber(ParseResult parsed, Option<int> option, int most) =>
        parsed.GetValue(option) is var value && value >= 1 && value <= most
            ? value
            : throw new CommandFailedException($"{option.Name} takes a number from 1 to {most}", ExitCode.Usage);

    private static async Task<TlsaService> DescribeAsync(
        TlsaOwner owner, IReadOnlyList<DaneKey> keys, TlsaLookup? lookup, int ttl, CancellationToken cancellationToken)
    {
        if (lookup is null) return new TlsaService(owner, keys, null, []);
        var answer = await lookup.AskAsync(owner, cancellationToken);
        return new TlsaService(owner, keys, answer, TlsaCheck.Run(owner, answer, keys, ttl));
    }

    private IReadOnlyList<string> ReadHosts(ParseResult parsed, DaneKeys keys)
    {
        var written = parsed.GetValue(_names)!;
        var hosts = written.Length > 0 ? [.. written.Select(ReadHost).Distinct()] : keys.Hosts;
        return hosts.Count > 0
            ? hosts
            : throw new CommandFailedException("say for which host with --name: no certificate here names one", ExitCode.Usage);
    }

    private static string ReadHost(string text)
    {
        try
        {
            var host = DnsName.Parse(text.EndsWith('.') ? text[..^1] : text);
            return host[0] != '*' ? host : throw new FormatException("records stand at one host's name, not at a name with \"*\"");
        }
        catch (FormatException exception)
        {
            throw new CommandFailedException($"--name: {exception.Message}", ExitCode.Usage);
        }
    }

    private static IReadOnlyList<DaneKey> KeysOf(string host, DaneKeys keys) =>
        keys.For(host) is { Count: > 0 } found
            ? found
            : throw new CommandFailedException($"no listener has a certificate for {host}. Names there: "
                + $"{string.Join(", ", keys.InUse.SelectMany(each => each.Names).Distinct())}. Or name one with --certificate",
                ExitCode.Usage);

    private void Write(ParseResult parsed, IReadOnlyList<TlsaService> services, bool isCheck, int ttl)
    {
        var output = parsed.InvocationConfiguration.Output;
        switch (isCheck, parsed.GetValue(_json))
        {
            case (true, true):
                TlsaReport.WriteCheckJson(output, services);
                break;
            case (true, false):
                TlsaReport.WriteCheck(Terminal.Output(parsed), services);
                break;
            case (false, true):
                TlsaReport.WriteZoneJson(output, services, ttl);
                break;
            default:
                TlsaReport.WriteZone(output, services, ttl);
                break;
        }
    }
}
