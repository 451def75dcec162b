using System.Diagnostics;
using System.Globalization;
using ForwardSecretProxy.Audit.StartTls;
using ForwardSecretProxy.OpenSsl.Client;

namespace ForwardSecretProxy.Bench;

/// <summary>
/// One slot for connections, one after another. Each goes through TCP, the words before TLS, the handshake, the request
/// and the closing, and counts as done only when all of it was as asked for.
/// </summary>
internal sealed class BenchConnection : IDisposable
{
    private readonly BenchWork _work;
    private readonly TlsClientConnection _tls;
    private readonly StartTlsDialogue? _dialogue;
    private readonly HttpResponseReader? _response;
    private State _state;
    private TlsClientSession _session;
    private long _due;
    private long _handshakeDone;
    private long _responseDone;
    private int _commandSent;
    private bool _expectsTicket;

    /// <summary>Makes a slot.</summary>
    public BenchConnection(BenchWork work, TlsClientContext context, TlsClientPoller poller)
    {
        _work = work;
        _tls = new TlsClientConnection(context, poller) { Owner = this };
        _dialogue = work.Options.StartTls is { } protocol ? StartTlsDialogue.For(protocol, work.Options.Target.Host) : null;
        _response = work.Request.IsEmpty ? null : new HttpResponseReader();
    }

    private enum State
    {
        Free,
        Connecting,
        Greeting,
        Commanding,
        Handshaking,
        Requesting,
        Reading,
        Closing,
        Draining,
    }

    /// <summary>Whether it can be started.</summary>
    public bool IsFree => _state == State.Free;

    /// <summary>Whether it could go on at once, so that no edge will call it back.</summary>
    public bool IsUnfinished { get; set; }

    /// <summary>Whether the last connection failed.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>When the connection under way will have taken too long.</summary>
    public long Deadline { get; private set; }

    /// <summary>Starts a connection.</summary>
    /// <param name="due">When it should have been started; latency counts from here.</param>
    /// <param name="now">The time-out counts from here.</param>
    public void Start(long due, long now)
    {
        _due = due;
        _handshakeDone = _responseDone = 0;
        Deadline = now + _work.TimeoutTicks;
        HasFailed = false;
        _state = State.Connecting;
        if (_tls.Connect(_work.Options.Address) is not TlsClientResult.Again and var result)
            FailToConnect(result);
    }

    /// <summary>Goes as far as the socket allows, or as is fair to the others.</summary>
    public void Advance()
    {
        // A whole connection takes about ten; a server that sends without end would never let go.
        const int fair = 64;
        for (var step = 0; step < fair; step++)
        {
            if (_state == State.Free || !Step())
                return;
        }

        IsUnfinished = _state != State.Free;
    }

    /// <summary>Ends a connection that has taken too long.</summary>
    public void TimeOut()
    {
        var (kind, waited) = _state switch
        {
            State.Connecting => (BenchErrorKind.ConnectTimeout, ""),
            State.Greeting or State.Commanding => (BenchErrorKind.Timeout, "STARTTLS"),
            State.Handshaking => (BenchErrorKind.Timeout, "handshake"),
            State.Requesting or State.Reading => (BenchErrorKind.Timeout, "response"),
            _ => (BenchErrorKind.Timeout, "close"),
        };
        Fail(kind, waited, () => $"not done within {_work.Options.Timeout.TotalSeconds} s");
    }

    /// <summary>Ends a connection without a word, when the run is broken off.</summary>
    public void Abandon() => Free();

    /// <inheritdoc/>
    public void Dispose() => _tls.Dispose();

    /// <returns>Whether there may be more to do at once.</returns>
    private bool Step() => _state switch
    {
        State.Connecting => FinishConnect(),
        State.Greeting => Listen(),
        State.Commanding => Command(),
        State.Handshaking => Handshake(),
        State.Requesting => Request(),
        State.Reading => Read(),
        State.Closing => Close(),
        _ => Drain(),
    };

    private bool FinishConnect()
    {
        if (_tls.FinishConnect() is not TlsClientResult.Done and var result)
            return result != TlsClientResult.Again && FailToConnect(result);
        if (_dialogue is null)
            return StartTls();
        _commandSent = 0;
        _state = _dialogue.Begin() == StartTlsStep.Send ? State.Commanding : State.Greeting;
        return true;
    }

    private bool Listen()
    {
        var result = _tls.Receive(_work.Buffer, out var received);
        if (result != TlsClientResult.Done)
            return result != TlsClientResult.Again && FailInDialogue(result);

        switch (_dialogue!.Take(_work.Buffer.AsSpan(0, received)))
        {
            case StartTlsStep.More:
                return true;
            case StartTlsStep.Send:
                _commandSent = 0;
                _state = State.Commanding;
                return true;
            case StartTlsStep.Ready:
                return StartTls();
            case StartTlsStep.Refused:
                return Fail(BenchErrorKind.StartTlsRefused, "", () => _dialogue.Reason);
            default:
                return Fail(BenchErrorKind.StartTlsProtocol, "", () => _dialogue.Reason);
        }
    }

    private bool Command()
    {
        var result = _tls.Send(_dialogue!.Command.Span[_commandSent..], out var sent);
        if (result != TlsClientResult.Done)
            return result != TlsClientResult.Again && FailInDialogue(result);
        _commandSent += sent;
        if (_commandSent == _dialogue.Command.Length)
            _state = State.Greeting;
        return true;
    }

    private bool StartTls()
    {
        _tls.StartTls();
        _state = State.Handshaking;
        return true;
    }

    private bool Handshake()
    {
        var result = _tls.Handshake();
        if (result != TlsClientResult.Done)
            return result != TlsClientResult.Again && FailInTls(result, "handshake");

        _handshakeDone = Stopwatch.GetTimestamp();
        _session = _tls.ReadSession();
        if (_work.Requirement.Check(_session) is var (what, how))
            return FailAsMismatch(what, how);
        if (_expectsTicket && !_session.Resumed)
            return FailAsNotResumed(_tls.OfferedTicket);

        _response?.Reset();
        _state = _response is null ? State.Closing : State.Requesting;
        return true;
    }

    private bool Request()
    {
        var result = _tls.Write(_work.Request.Span);
        if (result != TlsClientResult.Done)
            return result != TlsClientResult.Again && FailInTls(result, "response");
        _state = State.Reading;
        return true;
    }

    private bool Read()
    {
        var result = _tls.Read(_work.Buffer, out var read);
        if (result == TlsClientResult.Again)
            return false;
        var progress = result switch
        {
            TlsClientResult.Done => _response!.Take(_work.Buffer.AsSpan(0, read)),
            TlsClientResult.Ended => _response!.End(),
            _ => HttpProgress.More,
        };
        if (progress == HttpProgress.Broken)
            return Fail(BenchErrorKind.HttpProtocol, "", () => _response!.Problem);
        if (_response!.Status is not 0 and (< 200 or > 399) and var status)
            return FailByStatus(status.ToString(CultureInfo.InvariantCulture));

        if (progress == HttpProgress.More)
            return result == TlsClientResult.Done || FailInTls(result, "response");
        _responseDone = Stopwatch.GetTimestamp();
        _state = State.Closing;
        return true;
    }

    private bool Close()
    {
        var result = _tls.Shutdown();
        if (result is not (TlsClientResult.Done or TlsClientResult.Again))
            return EndWith(result);
        if (result == TlsClientResult.Again)
            return false;
        _state = State.Draining;
        return true;
    }

    /// <summary>Waits for the server's end. What it may still say without being asked is not ours to judge.</summary>
    private bool Drain()
    {
        var result = _tls.Read(_work.Buffer, out _);
        if (result == TlsClientResult.Done)
        {
            return _response is null
                || Fail(BenchErrorKind.HttpProtocol, "", () => "there is data after the response");
        }

        return result != TlsClientResult.Again && EndWith(result);
    }

    /// <summary>Our close_notify is out: any end of the server's is one, only an alert or a broken record is not.</summary>
    private bool EndWith(TlsClientResult result)
    {
        if (result is TlsClientResult.Alerted or TlsClientResult.Failed)
            return FailInTls(result, "close");
        if (result == TlsClientResult.Reset)
            _work.Recorder.ResetsAfterClose++;

        _work.Recorder.Done(
            new ConnectionTimes(_due, _handshakeDone, _responseDone, Stopwatch.GetTimestamp()), _session);
        Free();
        _expectsTicket = _work.Options.Resume;
        return false;
    }

    // Apart from where they are called from: a closure there would be made for every connection, failed or not.
    private bool FailAsMismatch(string what, string how) => Fail(BenchErrorKind.Mismatch, what, () => how);

    private bool FailAsNotResumed(bool offered) => Fail(BenchErrorKind.NotResumed, "",
        () => offered ? "the server did not take its ticket" : "the server had sent no ticket");

    private bool FailByStatus(string status) =>
        Fail(BenchErrorKind.HttpStatus, status, () => $"{status} for {_work.Options.Request}");

    private bool FailToConnect(TlsClientResult result) => Fail(
        result == TlsClientResult.Refused ? BenchErrorKind.ConnectRefused : BenchErrorKind.ConnectFailed, "", _tls.Explain);

    private bool FailInDialogue(TlsClientResult result) => result switch
    {
        TlsClientResult.Ended => Fail(BenchErrorKind.StartTlsRefused, "", () => "the server closed the connection"),
        TlsClientResult.Reset => Fail(BenchErrorKind.Reset, "STARTTLS", _tls.Explain),
        _ => Fail(BenchErrorKind.StartTlsProtocol, "", _tls.Explain),
    };

    private bool FailInTls(TlsClientResult result, string stage) => result switch
    {
        TlsClientResult.Alerted => Fail(BenchErrorKind.Alert, _tls.Alert, _tls.Explain),
        TlsClientResult.Reset => Fail(BenchErrorKind.Reset, stage, _tls.Explain),
        TlsClientResult.CutOff or TlsClientResult.Ended =>
            Fail(BenchErrorKind.Truncated, stage, () => "the server ended the connection"),
        _ => Fail(BenchErrorKind.Handshake, stage == "handshake" ? "" : stage, _tls.Explain),
    };

    private bool Fail(BenchErrorKind kind, string detail, Func<string> explain)
    {
        _work.Recorder.Failed(_due, Stopwatch.GetTimestamp(), kind, detail, explain);
        HasFailed = true;
        Free();
        _expectsTicket = false;
        return false;
    }

    private void Free()
    {
        _tls.Close();
        _state = State.Free;
    }
}
