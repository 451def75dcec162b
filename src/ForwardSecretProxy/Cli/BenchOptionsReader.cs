using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.Bench;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Cli;

/// <summary>The options of <c>fsp bench</c> that say what is done.</summary>
internal sealed class BenchOptionsReader
{
    private const int DefaultConnections = 32;
    private const int DefaultOpenLoopConnections = 1000;
    private const int MostConnections = 50_000;

    private readonly Argument<string> _target = new("HOST:PORT")
    {
        Description = "The server. Only this machine's own (127.0.0.0/8, ::1), unless --i-own-this-host is given.",
    };

    private readonly Option<int?> _connections = new("--connections")
    {
        Description = $"Connections at once (default {DefaultConnections}); with --rate the most there may be "
            + $"(default {DefaultOpenLoopConnections}).",
        HelpName = "N",
    };

    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Open loop: this many arrivals each second whatever the server does, with latency from the time "
            + "each was due. Without it a connection that is done is followed by the next (closed loop).",
        HelpName = "N",
    };

    private readonly Option<string> _duration = Time("--duration", "10s", "How long is measured.");
    private readonly Option<string> _warmup = Time("--warmup", "1s", "Load before that, not measured.");
    private readonly Option<string> _timeout = Time("--timeout", "10s", "The most one connection may take.");

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads that drive the connections.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> _repeat = new("--repeat")
    {
        Description = "Measure N times. The interval then comes from the repetitions, not from ten batches of one run, "
            + "and shows what changes from run to run: use 5 or more before you --compare.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _tls = Choice("--tls", "The version offered.", "1.3", "1.2");

    private readonly Option<string?> _group = new("--group")
    {
        Description = $"The key exchange group: {string.Join(", ", TlsPolicy.KnownGroups)}. Default: X25519.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _cipher = new("--cipher")
    {
        Description = "The cipher suite, as OpenSSL writes it. Default: any that fsp serves.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _certificate = new("--cert")
    {
        Description = "The kind of certificate: ecdsa or rsa. Default: what the server prefers.",
        HelpName = "ecdsa|rsa",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Resume: every connection but the first of each slot offers the ticket of the one before, once. "
            + "Implies --request / unless another is given, since tickets may come with the first answer only.",
    };

    private readonly Option<string?> _startTls = new("--starttls")
    {
        Description = "Speak this protocol until STARTTLS: smtp, imap, pop3 or sieve.",
        HelpName = "smtp|imap|pop3|sieve",
    };

    private readonly Option<string?> _request = new("--request")
    {
        Description = "Make one HTTP/1.1 request for this path in each connection, and read the whole answer.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _serverName = new("--server-name")
    {
        Description = "The name to ask for (SNI, Host). Default: HOST, unless it is an address.",
        HelpName = "NAME",
    };

    private readonly Option<FileInfo?> _ca = new("--ca")
    {
        Description = "PEM file: verify the certificate's chain and name. Without it only the server's signature is verified.",
        HelpName = "FILE",
    };

    private readonly Option<int?> _serverPid = new("--server-pid")
    {
        Description = "The server's process on this machine: also report its processor time, its children's included.",
        HelpName = "PID",
    };

    private readonly Option<bool> _own = new("--i-own-this-host")
    {
        Description = "Allow a target that is not this machine. Load on a host of others is an attack.",
    };

    /// <summary>Puts the argument and the options on <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        _certificate.AcceptOnlyFromAmong("ecdsa", "rsa");
        _startTls.AcceptOnlyFromAmong("smtp", "imap", "pop3", "sieve");
        _group.AcceptOnlyFromAmong([.. TlsPolicy.KnownGroups]);
        command.Arguments.Add(_target);
        Option[] options =
        [
            _connections, _rate, _duration, _warmup, _timeout, _threads, _repeat, _tls, _group, _cipher, _certificate,
            _resume, _startTls, _request, _serverName, _ca, _serverPid, _own,
        ];
        foreach (var option in options)
            command.Options.Add(option);
    }

    /// <summary>Reads them all, and finds the address.</summary>
    /// <exception cref="CommandFailedException">One is wrong, or the target may not be loaded.</exception>
    public async Task<BenchOptions> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var target = ReadTarget(parsed.GetRequiredValue(_target));
        var options = new BenchOptions
        {
            Target = target,
            Address = new IPEndPoint(IPAddress.None, target.Port),
            Rate = parsed.GetValue(_rate),
            Connections = parsed.GetValue(_connections)
                ?? (parsed.GetValue(_rate) is null ? DefaultConnections : DefaultOpenLoopConnections),
            Duration = ReadTime(parsed, _duration, TimeSpan.FromMilliseconds(100)),
            Warmup = ReadTime(parsed, _warmup, TimeSpan.Zero),
            Timeout = ReadTime(parsed, _timeout, TimeSpan.FromMilliseconds(1)),
            Threads = parsed.GetValue(_threads),
            Repeat = parsed.GetValue(_repeat),
            Tls = parsed.GetValue(_tls) == "1.2" ? TlsVersion.Tls12 : TlsVersion.Tls13,
            Group = parsed.GetValue(_group),
            Cipher = parsed.GetValue(_cipher),
            Certificate = Enum.TryParse<CertificateKind>(parsed.GetValue(_certificate), true, out var kind) ? kind : null,
            Resume = parsed.GetValue(_resume),
            StartTls = StartTlsProtocols.TryParse(parsed.GetValue(_startTls), out var protocol) ? protocol : null,
            Request = ReadRequest(parsed),
            ServerName = parsed.GetValue(_serverName) ?? target.ServerName,
            CaFile = parsed.GetValue(_ca)?.FullName,
            ServerPid = parsed.GetValue(_serverPid),
        };
        Check(options);
        var address = await FindAddressAsync(target, parsed.GetValue(_own), cancellationToken);
        Demand(options.ServerPid is null || IPAddress.IsLoopback(address.Address), "--server-pid is for a server on this machine");
        return options with { Address = address };
    }

    /// <summary>
    /// Looks the host up once, and gives the very address that was judged: a name that changes its mind afterwards leads
    /// nowhere else.
    /// </summary>
    internal static async Task<IPEndPoint> FindAddressAsync(
        BenchTarget target, bool isOwned, CancellationToken cancellationToken)
    {
        var addresses = await LookUpAsync(target.Host, cancellationToken);
        if (!isOwned && !BenchTarget.IsLoopback(addresses))
        {
            throw new CommandFailedException(
                $"{target.Host} is not this machine ({string.Join(", ", addresses.Select(address => address.ToString()))}). "
                + "A benchmark on a host of others is an attack. If it is yours, say so with --i-own-this-host",
                ExitCode.Usage);
        }

        // Where a name means ::1 and 127.0.0.1, servers listen on the latter more often.
        return new IPEndPoint(
            addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork, addresses[0]), target.Port);
    }

    private static async Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return [address];
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new CommandFailedException($"the host {host} was not found: {exception.Message}");
        }
    }

    /// <summary>Reads the target.</summary>
    /// <exception cref="CommandFailedException">It is not one.</exception>
    internal static BenchTarget ReadTarget(string text) => BenchTarget.TryParse(text, out var target)
        ? target
        : throw new CommandFailedException(
            $"\"{text}\" is not HOST:PORT; write, for example, 127.0.0.1:8443 or [::1]:8443", ExitCode.Usage);

    /// <summary>Reads a time.</summary>
    /// <exception cref="CommandFailedException">It is not one, or too short.</exception>
    internal static TimeSpan ReadTime(ParseResult parsed, Option<string> option, TimeSpan shortest) =>
        Duration.TryParse(parsed.GetRequiredValue(option), out var time) && time >= shortest && time <= TimeSpan.FromDays(7)
            ? time
            : throw new CommandFailedException(
                $"{option.Name} is a time such as 500ms, 10s or 5m, at least {Duration.Format(shortest)}", ExitCode.Usage);

    /// <summary>An option that takes a time.</summary>
    internal static Option<string> Time(string name, string standard, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        DefaultValueFactory = _ => standard,
    };

    private string? ReadRequest(ParseResult parsed)
    {
        var request = parsed.GetValue(_request) ?? (parsed.GetValue(_resume) ? "/" : null);
        return request is null || request.StartsWith('/') && request.All(each => each is > ' ' and < '\x7f')
            ? request
            : throw new CommandFailedException("--request is a path such as /health, without blanks", ExitCode.Usage);
    }

    private static void Check(BenchOptions options)
    {
        Demand(options.Connections is >= 1 and <= MostConnections, $"--connections is from 1 to {MostConnections}");
        Demand(options.Rate is null or > 0 and <= 1_000_000, "--rate is above 0 and at most 1000000");
        Demand(options.Threads >= 1 && options.Threads <= options.Connections, "--threads is at least 1 and at most --connections");
        Demand(options.Repeat is >= 1 and <= 1000, "--repeat is from 1 to 1000");
        Demand(options is not { StartTls: not null, Request: not null },
            "--starttls goes with no --request and no --resume: mail servers do not speak HTTP");
        Demand(options.ServerPid is not { } pid || ServerProcesses.ProcessorTime(pid) is not null,
            $"there is no process {options.ServerPid} for --server-pid");
        Demand(options.CaFile is null || File.Exists(options.CaFile), $"there is no file {options.CaFile} for --ca");
    }

    private static void Demand(bool isGood, string problem)
    {
        if (!isGood)
            throw new CommandFailedException(problem, ExitCode.Usage);
    }

    private static Option<string> Choice(string name, string description, params string[] choices)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', choices),
            DefaultValueFactory = _ => choices[0],
        };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }
}
