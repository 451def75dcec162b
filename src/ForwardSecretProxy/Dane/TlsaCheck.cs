namespace ForwardSecretProxy.Dane;

/// <summary>Holds what is published for one service against its keys.</summary>
internal sealed class TlsaCheck
{
    private readonly TlsaOwner _owner;
    private readonly TlsaAnswer _answer;
    private readonly IReadOnlyList<DaneKey> _keys;
    private readonly int _ttl;
    private readonly List<TlsaFinding> _findings = [];

    private TlsaCheck(TlsaOwner owner, TlsaAnswer answer, IReadOnlyList<DaneKey> keys, int ttl)
    {
        _owner = owner;
        _answer = answer;
        _keys = keys;
        _ttl = ttl;
    }

    /// <summary>Everything that is wrong, what matters most first.</summary>
    /// <param name="owner">Where the records stand.</param>
    /// <param name="answer">What is published there.</param>
    /// <param name="keys">The keys in use and those that come next.</param>
    /// <param name="ttl">The TTL of records that are still to be published, in seconds.</param>
    public static IReadOnlyList<TlsaFinding> Run(TlsaOwner owner, TlsaAnswer answer, IReadOnlyList<DaneKey> keys, int ttl)
    {
        var check = new TlsaCheck(owner, answer, keys, ttl);
        check.Run();
        return check._findings;
    }

    private void Run()
    {
        if (_answer.Failure is { } failure)
        {
            Add(TlsaFindingKind.LookupFailed, $"{_answer.Resolver} answers {failure}", "Either the zone's DNSSEC is broken "
                + "(expired signatures, a DS record in the parent that fits none of its keys), or its servers do not answer. Until it is mended "
                + "senders that use DANE hold their mail back (RFC 7672 section 2.1.1).");
            return;
        }

        if (!_answer.IsAuthenticated) ReportNotAuthenticated();
        if (_answer.Records.Count == 0)
            Add(TlsaFindingKind.NoRecords, "there are no TLSA records", $"Publish {Lines(_keys.Where(IsWanted))}");
        else
            CompareRecords();
    }

    private void ReportNotAuthenticated() => Add(TlsaFindingKind.NotAuthenticated,
        $"the answer is not authenticated by DNSSEC ({_answer.Resolver} does not set the AD bit), so senders ignore the records",
        _answer.IsSigned
            ? "The zone is signed. Either the parent zone lacks its DS record: give it to your registrar. Or this resolver "
                + "verifies nothing: ask one that does with --resolver."
            : "Sign the zone, and have its DS record put into the parent zone. If it is signed, this resolver verifies nothing: "
                + "ask one that does with --resolver.");

    private void CompareRecords()
    {
        CompareKeys();
        foreach (var record in _answer.Records)
        {
            if (record.UnusableReason(_owner.Port) is { } reason)
            {
                Add(TlsaFindingKind.UnusableRecord, $"the record \"{record}\" is passed over: {reason}", "Remove it.");
            }
            // Somebody who names no key in use asks only for the next one's.
            else if (_keys.Any(key => key.Use != DaneKeyUse.Next) && !_keys.Any(record.Matches))
            {
                Add(TlsaFindingKind.StaleRecord, $"the record \"{record}\" matches no key", _keys.Any(key => key.Use == DaneKeyUse.Next)
                    ? "Remove it, once no server uses its key any more."
                    : "If it is for the next key, name that with --next or --next-key. Otherwise remove it.");
            }
        }
    }

    private void CompareKeys()
    {
        var usable = _answer.Records.Where(record => record.UnusableReason(_owner.Port) is null).ToList();
        foreach (var key in _keys.Where(IsWanted).Where(key => !usable.Exists(record => record.Matches(key))))
        {
            if (key.Use == DaneKeyUse.Next)
            {
                Add(TlsaFindingKind.NextKeyNotPublished, $"no record is for the next key, {key.Name}",
                    $"Publish {Lines([key])} beside the others, and switch keys no sooner than {_answer.Ttl} s (the TTL) after "
                    + "all of the zone's servers have it.");
            }
            else
            {
                Add(TlsaFindingKind.CertificateNotCovered, $"no record is for {key.Name}, which is in use",
                    $"Publish {Lines([key])} now. Senders that use DANE hold their mail back until it is there and their caches, "
                    + $"after {_answer.Ttl} s at the latest, have dropped what was there; going back to a key that is published mends it at once.");
            }
        }
    }

    private static bool IsWanted(DaneKey key) => key.Use != DaneKeyUse.Before;

    private string Lines(IEnumerable<DaneKey> keys) =>
        string.Join("; ", keys.Select(key => _owner.ZoneLine(_ttl, key.Record)).Distinct());

    private void Add(TlsaFindingKind kind, string message, string mend) => _findings.Add(new TlsaFinding(kind, message, mend));
}
