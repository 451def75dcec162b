using System.Globalization;
using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace ForwardSecretProxy.Dane;

/// <summary>Asks a resolver for TLSA records, and whether it has verified them.</summary>
internal sealed class TlsaLookup
{
    /// <summary>What travels in one packet everywhere; what is longer comes over TCP.</summary>
    private const int BufferBytes = 1232;

    private readonly TimeSpan _limit;
    private readonly LookupClient _client;
    private readonly string _resolvers;

    /// <summary>Asks the first of <paramref name="resolvers"/> that answers.</summary>
    /// <param name="resolvers">One or more.</param>
    /// <param name="timeout">How long one of them may take.</param>
    public TlsaLookup(IReadOnlyList<IPEndPoint> resolvers, TimeSpan timeout)
    {
        _limit = timeout * resolvers.Count;
        _resolvers = string.Join(", ", resolvers);
        _client = new LookupClient(new LookupClientOptions([.. resolvers])
        {
            // A packet may be lost.
            Timeout = timeout / 2,
            Retries = 1,
            RequestDnsSecRecords = true,
            ExtendedDnsBufferSize = BufferBytes,
            UseCache = false,
            UseRandomNameServer = false,
            // The next resolver may be one that verifies nothing: what the first one says stands.
            ContinueOnDnsError = false,
            ContinueOnEmptyResponse = false,
            ThrowDnsErrors = false,
        });
    }

    /// <summary>Asks.</summary>
    /// <exception cref="IOException">No resolver answers in time, or what comes cannot be read.</exception>
    public async Task<TlsaAnswer> AskAsync(TlsaOwner owner, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        try
        {
            return Read(await _client.QueryAsync(owner.ToString(), QueryType.TLSA, cancellationToken: limit.Token));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The library throws whatever it met while it read the answer.
            var isLate = exception is OperationCanceledException or DnsResponseException { Code: DnsResponseCode.ConnectionTimeout };
            throw new IOException(isLate
                ? string.Create(CultureInfo.InvariantCulture, $"{_resolvers} did not answer within {_limit.TotalSeconds:0.###} s")
                : $"{_resolvers} gave no answer that can be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static TlsaAnswer Read(IDnsQueryResponse response)
    {
        var records = response.Answers.TlsaRecords().ToList();
        var signature = response.Answers.RRSigRecords().FirstOrDefault(each => each.CoveredType == ResourceRecordType.TLSA);
        var isFailure = response.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain);
        return new TlsaAnswer
        {
            Resolver = response.NameServer.ToString(),
            Records = [.. records.Select(Read)],
            IsAuthenticated = response.Header.IsAuthenticData,
            IsSigned = response.Answers.Concat(response.Authorities).Any(record => record is RRSigRecord),
            Failure = isFailure ? Name(response.Header.ResponseCode) : null,
            Ttl = signature is null ? records.Select(record => record.InitialTimeToLive).DefaultIfEmpty().Max() : (int)signature.OriginalTtl,
        };
    }

    private static TlsaRecord Read(DnsClient.Protocol.TlsaRecord record) => new(
        (int)record.CertificateUsage, (int)record.Selector, (int)record.MatchingType,
        Convert.ToHexStringLower([.. record.CertificateAssociationData]));

    private static string Name(DnsHeaderResponseCode code) => code switch
    {
        DnsHeaderResponseCode.ServerFailure => "SERVFAIL",
        DnsHeaderResponseCode.Refused => "REFUSED",
        DnsHeaderResponseCode.FormatError => "FORMERR",
        DnsHeaderResponseCode.NotImplemented => "NOTIMP",
        _ => $"response code {code:D}",
    };
}
