using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.Audit.Handshakes;
using ForwardSecretProxy.Audit.KeyAgreements;
using ForwardSecretProxy.Audit.Observations;
using ForwardSecretProxy.Audit.Probing;
using ForwardSecretProxy.Audit.Registry;
using ForwardSecretProxy.Audit.Wire;

namespace ForwardSecretProxy.Audit.Scanning;

/// <summary>
/// What all answers of a scan show together, whatever each was asked for: a key share that comes twice is found between the
/// first probe and the last.
/// </summary>
internal sealed class FlightTally
{
    private const int DigitsKept = 64;

    private readonly Lock _lock = new();
    private readonly SortedSet<int> _extensions = [];
    private readonly Dictionary<(TlsVersion, string), Dictionary<string, Occurrence>> _shares = [];
    private readonly Dictionary<(TlsVersion, string), (int Verified, int Broken)> _signatures = [];
    private readonly HashSet<DhParametersObservation> _parameters = [];

    /// <summary>The extensions seen, by number.</summary>
    public IReadOnlyList<int> Extensions => Locked(() => _extensions.ToImmutableArray());

    /// <summary>The finite-field parameters seen.</summary>
    public IReadOnlyList<DhParametersObservation> DhParameters =>
        Locked(() => _parameters.OrderBy(each => each.Bits).ThenBy(each => each.Prime, StringComparer.Ordinal).ToImmutableArray());

    /// <summary>The signatures seen.</summary>
    public IReadOnlyList<HandshakeSignatureObservation> Signatures => Locked(() => _signatures
        .Select(each => new HandshakeSignatureObservation(each.Key.Item1, each.Key.Item2, each.Value.Verified, each.Value.Broken))
        .OrderBy(each => each.Version).ThenBy(each => each.Scheme, StringComparer.Ordinal).ToImmutableArray());

    /// <summary>The key shares seen.</summary>
    public IReadOnlyList<KeyShareObservation> KeyShares => Locked(() => _shares
        .Select(each => new KeyShareObservation(each.Key.Item1, each.Key.Item2, each.Value.Values.Sum(one => one.Times))
        {
            Repeated = [.. each.Value.Where(one => one.Value.Times > 1).OrderByDescending(one => one.Value.Times).Select(Repeated)],
        })
        .OrderBy(each => each.Version).ThenBy(each => each.Group, StringComparer.Ordinal).ToImmutableArray());

    /// <summary>How many shares of a group were seen.</summary>
    public int Samples(TlsVersion version, string group) =>
        Locked(() => _shares.GetValueOrDefault((version, group))?.Values.Sum(each => each.Times) ?? 0);

    /// <summary>How many shares in finite fields were seen, whatever their parameters.</summary>
    public int FiniteFieldSamples(TlsVersion version) => Locked(() => _shares
        .Where(each => each.Key.Item1 == version && (each.Key.Item2.StartsWith("DHE-", StringComparison.Ordinal)
            || NamedGroups.Find(each.Key.Item2) is { Kind: NamedGroupKind.FiniteField }))
        .Sum(each => each.Value.Values.Sum(one => one.Times)));

    /// <summary>Adds an answer.</summary>
    public void Add(ClientHello client, ServerFlight flight)
    {
        if (flight.Hello is not { } hello)
            return;
        var signature = Check(client, hello, flight);
        lock (_lock)
        {
            foreach (var extension in hello.Extensions)
                _extensions.Add((int)extension.Type);
            if (hello.KeyShare is { Share.Length: > 0 } own)
            {
                AddShare(hello.Version, NameOf(own.Group), own.Share);
                if (NamedGroups.Find(own.Group) is { } group && HybridAgreement.CurvePart(group, own.Share) is var (curve, part))
                    AddShare(hello.Version, $"{group.Name}, its {curve}", part);
            }

            if (flight.KeyExchange is { } exchange)
                AddShare(hello.Version, GroupOf(exchange), exchange.Share);
            if (flight.KeyExchange is { Prime: { } prime, Generator: { } generator })
                _parameters.Add(new DhParametersObservation(
                    BitLength(prime), Convert.ToHexString(prime), Convert.ToHexString(generator), flight.Suite is { IsExport: true }));
            if (signature is not var (scheme, holds))
                return;
            var before = _signatures.GetValueOrDefault((hello.Version, scheme));
            _signatures[(hello.Version, scheme)] = holds ? before with { Verified = before.Verified + 1 } : before with { Broken = before.Broken + 1 };
        }
    }

    /// <summary>What a share belongs to: a group by its name, or parameters of the server's own by their size.</summary>
    public static string GroupOf(ServerKeyExchange exchange) => exchange switch
    {
        { Group: { } code } => NameOf(code),
        { Prime: { } prime } => NamedFiniteFields.Find(prime)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"DHE-{BitLength(prime)}"),
        _ => "unnamed",
    };

    /// <summary>A group's name, or its number where it has none.</summary>
    public static string NameOf(ushort group) =>
        NamedGroups.Find(group)?.Name ?? string.Create(CultureInfo.InvariantCulture, $"0x{group:X4}");

    private static (string Scheme, bool Holds)? Check(ClientHello client, ServerHello hello, ServerFlight flight)
    {
        if (flight is not { KeyExchange: { } exchange, Suite: { } suite, Certificate.Certificates: [var certificate, ..] })
            return null;
        return HandshakeSignatures.VerifyKeyExchange(exchange, certificate, client.Random, hello.Random) is { } holds
            ? (HandshakeSignatures.NameOf(exchange, suite), holds) : null;
    }

    private void AddShare(TlsVersion version, string group, byte[] share)
    {
        if (!_shares.TryGetValue((version, group), out var shares))
            _shares[(version, group)] = shares = [];
        var now = Stopwatch.GetTimestamp();
        var key = Convert.ToHexString(share);
        shares[key] = shares.TryGetValue(key, out var before) ? before with { Times = before.Times + 1, Last = now } : new Occurrence(1, now, now);
    }

    private static RepeatedKeyShare Repeated(KeyValuePair<string, Occurrence> each) => new(
        each.Key.Length > DigitsKept ? each.Key[..DigitsKept] : each.Key,
        each.Value.Times,
        Stopwatch.GetElapsedTime(each.Value.First, each.Value.Last).TotalSeconds);

    private static int BitLength(byte[] prime) => (int)new System.Numerics.BigInteger(prime, isUnsigned: true, isBigEndian: true).GetBitLength();

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }

    private readonly record struct Occurrence(int Times, long First, long Last);
}
