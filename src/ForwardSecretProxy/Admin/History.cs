namespace ForwardSecretProxy.Admin;

/// <summary>
/// What happened within the last hour, in sixty minutes that are dropped one by one: a few kilobytes, in memory only.
/// Thread-safe.
/// </summary>
internal sealed class History(TimeProvider time)
{
    /// <summary>TLS versions of completed handshakes.</summary>
    public const string Version = "version";

    /// <summary>Their cipher suites.</summary>
    public const string CipherSuite = "cipherSuite";

    /// <summary>Their key exchange groups.</summary>
    public const string Group = "group";

    /// <summary>How handshakes ended: <c>full</c>, <c>resumed</c>, or the kind of failure.</summary>
    public const string Result = "result";

    /// <summary>Classes of status that requests were answered with.</summary>
    public const string Requests = "requests";

    private static readonly string[] Dimensions = [Version, CipherSuite, Group, Result, Requests];

    private readonly Lock _gate = new();
    private readonly MinuteCounts _counts = new();
    private readonly SortedDictionary<string, MinuteLatencies> _tokens = new(StringComparer.Ordinal);
    private long _minute = MinuteOf(time);

    private int Slot => (int)(_minute % MinuteCounts.Minutes);

    /// <summary>Counts one <paramref name="value"/> now.</summary>
    public void Add(string dimension, string value)
    {
        lock (_gate)
        {
            Advance();
            _counts.Add(Slot, dimension, value);
        }
    }

    /// <summary>Counts one handshake that agreed on something.</summary>
    public void AddHandshake(string version, string cipherSuite, string group, string result)
    {
        lock (_gate)
        {
            Advance();
            _counts.Add(Slot, Version, version);
            _counts.Add(Slot, CipherSuite, cipherSuite);
            _counts.Add(Slot, Group, group);
            _counts.Add(Slot, Result, result);
        }
    }

    /// <summary>Takes the time of one signature.</summary>
    public void AddSignature(string token, double seconds)
    {
        lock (_gate)
        {
            Advance();
            if (!_tokens.TryGetValue(token, out var latencies))
                _tokens[token] = latencies = new MinuteLatencies();
            latencies.Add(seconds);
        }
    }

    /// <summary>The whole hour.</summary>
    public StatusHistory Read()
    {
        lock (_gate)
        {
            Advance();
            return new StatusHistory(
                DateTimeOffset.FromUnixTimeSeconds((_minute - MinuteCounts.Minutes + 1) * 60),
                Dimensions.ToDictionary(dimension => dimension, dimension => _counts.Read(dimension, Slot)),
                [.. _tokens.Select(token => token.Value.Read(token.Key, Slot))]);
        }
    }

    private void Advance()
    {
        var now = MinuteOf(time);
        if (now <= _minute)
            return;
        foreach (var latencies in _tokens.Values)
            latencies.Close(Slot);
        // After an hour without anything every minute is a new one.
        _minute = Math.Max(_minute, now - MinuteCounts.Minutes);
        while (_minute < now)
        {
            _minute++;
            _counts.Clear(Slot);
            foreach (var latencies in _tokens.Values)
                latencies.Clear(Slot);
        }
    }

    private static long MinuteOf(TimeProvider time) => time.GetUtcNow().ToUnixTimeSeconds() / 60;
}
