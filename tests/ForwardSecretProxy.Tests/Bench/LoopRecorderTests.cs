using System.Diagnostics;
using ForwardSecretProxy.Bench;
using ForwardSecretProxy.OpenSsl.Client;
using ForwardSecretProxy.OpenSsl.Engine;

namespace ForwardSecretProxy.Tests.Bench;

public class LoopRecorderTests
{
    private static readonly long Second = Stopwatch.Frequency;
    private static readonly TlsClientSession Full = new(TlsVersion.Tls13, 1, 1034, 408, Resumed: false);
    private static readonly TlsClientSession Resumed = Full with { SignatureId = 0, Resumed = true };

    [Fact]
    public void Done_ClosedLoop_CountsWhatEndsInTheWindow()
    {
        var recorder = new LoopRecorder(Window(), isOpenLoop: false, wantsResumed: false);
        Done(recorder, started: 0, ended: 9);
        Done(recorder, started: 9, ended: 11);
        Done(recorder, started: 19, ended: 21);

        Assert.Equal(1, recorder.Full.Count);
        Assert.Equal(2000, recorder.Full.MaxMilliseconds, 1d);
        Assert.Equal((1, 3), (recorder.WarmupDone, recorder.DoneSoFar));
        Assert.Equal(1, recorder.BatchCounts.Sum());
    }

    [Fact]
    public void Done_OpenLoop_CountsWhatWasDueInTheWindowWheneverItEnds()
    {
        // A server that stands still for the last three seconds: the three who were due then are seen to wait.
        var recorder = new LoopRecorder(Window(), isOpenLoop: true, wantsResumed: false);
        Done(recorder, started: 9, ended: 11);
        foreach (var due in (int[])[17, 18, 19])
            Done(recorder, started: due, ended: 22);

        Assert.Equal(3, recorder.Full.Count);
        Assert.Equal(5000, recorder.Full.MaxMilliseconds, 5d);
        Assert.Equal(4000, recorder.Full.PercentileMilliseconds(50), 5d);
        Assert.Equal(1, recorder.StepCounts.Sum());
    }

    [Fact]
    public void Done_WithResume_KeepsFullAndResumedApart()
    {
        var recorder = new LoopRecorder(Window(), isOpenLoop: false, wantsResumed: true);
        Done(recorder, started: 11, ended: 12);
        Done(recorder, started: 12, ended: 13, Resumed);
        Done(recorder, started: 13, ended: 14, Resumed);

        Assert.Equal((1, 2), (recorder.Full.Count, recorder.Resumed.Count));
        Assert.Equal(2, recorder.BatchCounts.Sum());
        Assert.Equal(2, recorder.Sessions.Count);
    }

    [Fact]
    public void Failed_WarmupAndLater_AreToldApartAndNoneIsLost()
    {
        var recorder = new LoopRecorder(Window(), isOpenLoop: false, wantsResumed: false);
        Fail(recorder, 9);
        Fail(recorder, 15);
        Fail(recorder, 25);

        Assert.Equal(1, Assert.Single(recorder.WarmupErrors.Errors).Count);
        Assert.Equal(2, Assert.Single(recorder.Errors.Errors).Count);
        Assert.Equal(1, recorder.StepErrors.Sum());
    }

    [Fact]
    public void Window_CutShort_CountsOnlyWholeBatches()
    {
        var window = Window();
        window.Cut(15 * Second + (Second / 2));
        window.Cut(18 * Second);

        Assert.Equal(5.5, window.Seconds, 6);
        Assert.Equal(5, window.WholeBatches);
        Assert.False(window.Contains(16 * Second));
    }

    // From the tenth second to the twentieth.
    private static MeasuringWindow Window() => new(10 * Second, TimeSpan.FromSeconds(10));

    private static void Done(LoopRecorder recorder, int started, int ended, TlsClientSession? session = null) =>
        recorder.Done(new ConnectionTimes(started * Second, ended * Second, 0, ended * Second), session ?? Full);

    private static void Fail(LoopRecorder recorder, int moment) =>
        recorder.Failed(moment * Second, moment * Second, BenchErrorKind.Timeout, "handshake", () => "too slow");
}
