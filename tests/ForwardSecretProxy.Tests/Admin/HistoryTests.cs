using ForwardSecretProxy.Admin;

namespace ForwardSecretProxy.Tests.Admin;

public class HistoryTests
{
    private readonly Clock _clock = new();
    private readonly History _history;

    public HistoryTests() => _history = new History(_clock);

    [Fact]
    public void Read_WhatHappened_StandsInItsMinute()
    {
        _history.AddHandshake("1.3", "TLS_AES_128_GCM_SHA256", "X25519", "full");
        _clock.Advance(minutes: 2);
        _history.AddHandshake("1.2", "TLS_AES_128_GCM_SHA256", "X25519", "full");
        _history.AddHandshake("1.3", "TLS_AES_128_GCM_SHA256", "X25519", "resumed");
        _history.Add(History.Result, "refused");

        var read = _history.Read();

        Assert.Equal(MinuteCounts.Minutes, read.Counts[History.Version][0].PerMinute.Count);
        Assert.Equal([1, 0, 1], Of(read, History.Version, "1.3").TakeLast(3));
        Assert.Equal([0, 0, 1], Of(read, History.Version, "1.2").TakeLast(3));
        Assert.Equal([1, 0, 2], Of(read, History.Group, "X25519").TakeLast(3));
        Assert.Equal(["full", "refused", "resumed"], read.Counts[History.Result].Select(series => series.Name));
        Assert.Empty(read.Counts[History.Requests]);
        Assert.Equal(_clock.Minute.AddMinutes(-59), read.FirstMinute);
    }

    [Theory]
    [InlineData(59, 1)]
    [InlineData(60, 0)]
    [InlineData(61, 0)]
    [InlineData(119, 0)]
    [InlineData(100_000, 0)]
    public void Read_AnHourLater_HasForgotten(int minutes, int expected)
    {
        _history.Add(History.Result, "full");
        _clock.Advance(minutes);

        Assert.Equal(expected, Of(_history.Read(), History.Result, "full").Sum());
    }

    [Fact]
    public void Read_ClockThatGoesBack_LosesNothing()
    {
        _history.Add(History.Result, "full");
        _clock.Advance(-5);
        _history.Add(History.Result, "full");

        Assert.Equal(2, Of(_history.Read(), History.Result, "full")[^1]);
    }

    [Fact]
    public void Add_ValuesWithoutEnd_AreBounded()
    {
        for (var i = 0; i < 1000; i++)
            _history.Add(History.Result, $"value {i}");

        var series = _history.Read().Counts[History.Result];

        Assert.Equal(MinuteCounts.MaxValues, series.Count);
        Assert.Equal(1000, series.Sum(each => each.PerMinute.Sum()));
        Assert.Equal("other", series[0].Name);
    }

    [Fact]
    public void Read_Signatures_HasThePercentilesOfEachMinute()
    {
        for (var i = 1; i <= 100; i++)
            _history.AddSignature("main", i / 1000.0);
        _clock.Advance(minutes: 1);
        _history.AddSignature("main", 0.002);

        var token = Assert.Single(_history.Read().Signatures);

        Assert.Equal([100, 1], token.PerMinute.TakeLast(2));
        Assert.Equal(50, token.P50[^2]!.Value, 0.5);
        Assert.Equal(99, token.P99[^2]!.Value, 0.5);
        Assert.Equal(2, token.P50[^1]!.Value, 0.05);
        Assert.Null(token.P50[^3]);

        _clock.Advance(minutes: 61);
        token = Assert.Single(_history.Read().Signatures);
        Assert.All(token.P50, Assert.Null);
        Assert.Equal(0, token.PerMinute.Sum());
    }

    private static IReadOnlyList<long> Of(StatusHistory history, string dimension, string value) =>
        history.Counts[dimension].FirstOrDefault(series => series.Name == value)?.PerMinute ?? [];

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 30, TimeSpan.Zero);

        public DateTimeOffset Minute => _now.AddSeconds(-_now.Second);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(int minutes) => _now = _now.AddMinutes(minutes);
    }
}
