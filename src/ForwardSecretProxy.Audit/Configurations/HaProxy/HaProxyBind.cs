using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Observations;

namespace ForwardSecretProxy.Audit.Configurations.HaProxy;

/// <summary>
/// One <c>bind</c> line ("Bind options", section 5.1 of the manual), and each line of its <c>crt-list</c> that sets something
/// else for its certificate.
/// </summary>
internal sealed class HaProxyBind(
    HaProxySection section, HaProxyLine bind, HaProxyGlobal global, HaProxyPaths paths, ReadingContext context)
{
    private readonly HaProxyCertificates _certificates = new(paths, context.Files);

    /// <summary>The services of the line.</summary>
    public IEnumerable<ServiceObservation> Observe()
    {
        var entries = HaProxyCrtList.Read(bind, paths, context.Files);
        var plain = entries.Where(entry => !entry.ChangesTls).ToList();
        var name = $"{section.Kind} {section.Name} on {bind.Words.ElementAtOrDefault(1)}".Replace("  ", " ", StringComparison.Ordinal);
        List<HaProxyOption> certificates =
            [.. All("crt"), .. plain.Select(entry => new HaProxyOption("crt", entry.Certificate, entry.Line.Location))];

        yield return Observe(name, bind, certificates, new HaProxyOptions(null, bind, global));
        foreach (var entry in entries.Where(entry => entry.ChangesTls))
        {
            yield return Observe($"{name}, {entry.Certificate}", entry.Line,
                [new HaProxyOption("crt", entry.Certificate, entry.Line.Location)], new HaProxyOptions(entry.Options, bind, global));
        }
    }

    private ServiceObservation Observe(string name, HaProxyLine at, List<HaProxyOption> certificates, HaProxyOptions options)
    {
        var ciphers = options.Ciphers();
        return new ServiceObservation(name, at.Location)
        {
            Versions = options.Versions(),
            CipherString = ciphers,
            Suites = context.Suites(ciphers.Value, options.Ciphersuites()?.Value),
            Groups = options.Groups(),
            ServerPreference = options.ServerPreference(),
            Tickets = Tickets(options),
            SessionCache = SessionCache(),
            DhParameters = DhParameters(certificates),
            EarlyData = options.Flag("allow-0rtt", Answer.Yes, Answer.No, "HAProxy's default: off"),
            // ssl_sock_prepare_ctx sets SSL_OP_NO_COMPRESSION and SSL_OP_NO_RENEGOTIATION.
            Compression = new Setting<Answer>(Answer.No, null, "HAProxy never compresses"),
            Renegotiation = new Setting<Answer>(Answer.No, null, "HAProxy lets no client renegotiate"),
            Keys = [.. certificates.SelectMany(found => _certificates.Keys(found.Value, found.Location))],
        };
    }

    private TicketObservation Tickets(HaProxyOptions options)
    {
        var issued = options.Tickets();
        if (options.Find("tls-ticket-keys") is { } file)
        {
            return new TicketObservation(issued, TicketKeyLife.Files,
                "the keys are those of the file until they are replaced, there or by way of HAProxy's socket")
            {
                KeyFiles = [TicketKeyFiles.Observe(paths.Other(file.Value, file.Location), file.Location)],
            };
        }
        return new TicketObservation(issued, TicketKeyLife.UntilRestart, "one key lives until HAProxy is reloaded or restarted");
    }

    private SessionCacheObservation SessionCache()
    {
        var size = global.Find("tune.ssl.cachesize");
        var lifetime = global.Find("tune.ssl.lifetime");
        var isOff = size?.Words[1] == "0";
        return new SessionCacheObservation(
            new Setting<SessionCacheKind>(isOff ? SessionCacheKind.Off : SessionCacheKind.Memory, size?.Location,
                size is null ? "HAProxy's default: 20,000 blocks of memory" : null),
            lifetime is null
                ? new Setting<TimeSpan?>(TimeSpan.FromMinutes(5), null, "HAProxy's default: 300 seconds")
                : new Setting<TimeSpan?>(DurationText.Parse(lifetime.Words[1]), lifetime.Location));
    }

    // "tune.ssl.default-dh-param": the certificate's file comes first, then ssl-dh-param-file, then a prime that is built in.
    private DhParametersSource DhParameters(List<HaProxyOption> certificates)
    {
        foreach (var certificate in certificates)
            if (_certificates.DhParameters(certificate.Value, certificate.Location) is { } inFile) return inFile;
        if (global.Find("ssl-dh-param-file") is { } file)
            return DhParametersFile.Observe(paths.Other(file.Words[1], file.Location), file.Location);

        var size = global.Find("tune.ssl.default-dh-param");
        return new DhParametersSource(
            size is null ? "built in: 2048 bits by default; 1024 before HAProxy 2.2" : "built in, of the size that is set", size?.Location)
        {
            Bits = size is null ? 2048 : int.TryParse(size.Words[1], out var bits) ? bits : null,
            KnownAs = "a group of RFC 3526",
            IsSafePrime = Answer.Yes,
        };
    }

    private IEnumerable<HaProxyOption> All(string name)
    {
        for (var i = 2; i + 1 < bind.Words.Count; i++)
            if (bind.Words[i] == name) yield return new HaProxyOption(name, bind.Words[i + 1], bind.Location);
    }
}
