using System.Buffers;
using ForwardSecretProxy.Relaying;

namespace ForwardSecretProxy.Mail;

/// <summary>
/// One client's dialogue with one connection to a backend: commands one way, replies the other, each changed as the
/// protocol's filter says.
/// </summary>
/// <param name="relay">The client's connection.</param>
/// <param name="backend">The backend's; nothing was read from it yet.</param>
/// <param name="filter">What is changed.</param>
/// <param name="refusesBareNewlines">Whether a message with a bare CR or LF is refused (SMTP).</param>
internal sealed class MailSession(Relay relay, IRelayEnd backend, MailFilter filter, bool refusesBareNewlines) : IDisposable
{
    /// <summary>Commands that go out before their replies are waited for: more than any client puts into one group.</summary>
    private const int LargestGroup = 1000;

    /// <summary>What is read at once: four TLS records (RFC 8446 section 5.1).</summary>
    private const int ChunkSize = 64 * 1024;

    private readonly IRelayEnd _client = relay.Client;
    private readonly LineReader _commands = new(relay.Client, MailFilter.LongestLine, ChunkSize);
    private readonly LineReader _replies = new(backend, MailFilter.LongestLine, ChunkSize);
    private readonly ReplyGate _gate = new();
    private readonly Lock _filterLock = new();
    private readonly SemaphoreSlim _toClient = new(1, 1);
    private readonly ArrayBufferWriter<byte> _reply = new();
    private readonly CancellationTokenSource _end = new();
    private Task _relayedReplies = Task.CompletedTask;

    /// <summary>Runs until one side has ended.</summary>
    /// <returns>What the client is to be told before TLS begins; nothing when the dialogue is over.</returns>
    public async Task<SessionEnd> RunAsync()
    {
        _gate.Expect();
        _relayedReplies = RelayRepliesAsync();
        var end = await RelayCommandsAsync();
        if (end.Reason == SessionEndReason.ClientEnded)
            // The backend may still have something to say.
            await Relay.TryEndAsync(backend);
        else
            await _end.CancelAsync();
        await _relayedReplies;
        return end;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _commands.Dispose();
        _replies.Dispose();
        _toClient.Dispose();
        _end.Dispose();
    }

    private async Task<SessionEnd> RelayCommandsAsync()
    {
        try
        {
            await _gate.WaitAsync();
            var inGroup = 0;
            while (!filter.IsOpaque)
            {
                var line = await ReadCommandAsync();
                if (line.IsEmpty) return new(SessionEndReason.ClientEnded);
                var isGrouped = filter.IsGrouped(line.Span) && ++inGroup < LargestGroup;
                if (!isGrouped) await _gate.WaitAsync();
                var step = OnCommand(line.Span);
                if (step.NeedsTls) relay.Counters.Refused();
                if (isGrouped && step.Action != CommandAction.Forward) await _gate.WaitAsync();
                if (!isGrouped) inGroup = 0;
                switch (step.Action)
                {
                    case CommandAction.StartTls:
                        return new(_commands.Buffered > 0 ? SessionEndReason.Injected : SessionEndReason.StartTls, step.Answer);
                    case CommandAction.Answer:
                        await SayAsync(step.Answer);
                        continue;
                    case CommandAction.Close:
                        await SayAsync(step.Answer);
                        return new(SessionEndReason.Closed);
                }

                _gate.Expect();
                if (!await ForwardAsync(line, step) || (!isGrouped && !await FollowAsync(step))) return new(SessionEndReason.Closed);
            }

            await PassOnAsync(_commands, _client, backend);
            return new(SessionEndReason.ClientEnded);
        }
        catch (LineTooLongException)
        {
            await SayAsync(filter.TooLong);
            return new(SessionEndReason.Closed);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return new(exception is IOException ? SessionEndReason.ClientEnded : SessionEndReason.BackendEnded);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadCommandAsync()
    {
        try
        {
            return await _commands.ReadLineAsync(_end.Token);
        }
        catch (LineTooLongException)
        {
            // The replies to those before it come first.
            await _gate.WaitAsync();
            throw;
        }
    }

    /// <summary>Passes a line on, and what is part of it; false when the connection is to be closed.</summary>
    private async ValueTask<bool> ForwardAsync(ReadOnlyMemory<byte> line, CommandStep step)
    {
        while (true)
        {
            if (!await relay.TryWriteAsync(backend, line, fromClient: true)) return await BackendGoneAsync();
            if (step.Literal.Kind != MailLiteralKind.Bound) return true;
            await CopyAsync(_commands, backend, step.Literal.Size, fromClient: true);
            if (!step.Continues) return true;
            (line, step) = await ContinueAsync();
            if (step.Action == CommandAction.Close) return false;
        }
    }

    /// <summary>Sees a command through to its reply; false when the connection is to be closed.</summary>
    private async ValueTask<bool> FollowAsync(CommandStep step)
    {
        while (true)
        {
            switch (await _gate.WaitAsync())
            {
                case ReplyKind.Completed:
                    return true;
                case ReplyKind.Message:
                    if (!await RelayMessageAsync()) return false;
                    continue;
            }

            if (step.Literal.Kind == MailLiteralKind.Waiting)
                await CopyAsync(_commands, backend, step.Literal.Size, fromClient: true);
            (var line, step) = await ContinueAsync();
            if (step.Action == CommandAction.Close || !await ForwardAsync(line, step)) return false;
        }
    }

    private async ValueTask<(ReadOnlyMemory<byte> Line, CommandStep Step)> ContinueAsync()
    {
        var line = await _commands.ReadLineAsync(_end.Token);
        if (line.IsEmpty) throw new EndOfStreamException();
        CommandStep step;
        lock (_filterLock) step = filter.OnContinuation(line.Span);
        if (step.Action == CommandAction.Close) await SayAsync(step.Answer);
        return (line, step);
    }

    private async ValueTask<bool> RelayMessageAsync()
    {
        var content = new SmtpContent(refusesBareNewlines);
        var output = new PooledWriter();
        try
        {
            for (var isOver = false; !isOver;)
            {
                var input = await _commands.ReadAsync(int.MaxValue, _end.Token);
                if (input.IsEmpty) throw new EndOfStreamException();
                var passed = input;
                if (!content.TryPass(input.Span))
                {
                    output.Reset(SmtpContent.MostOutput(input.Length));
                    isOver = content.Process(input.Span, output, out var consumed);
                    _commands.PutBack(input.Length - consumed);
                    passed = output.Written;
                }

                if (content.HasBareNewline)
                {
                    await SayAsync("521 5.5.2 Bare CR or LF received; lines end in CR and LF\r\n"u8.ToArray());
                    return false;
                }

                if (!await relay.TryWriteAsync(backend, passed, fromClient: true)) return await BackendGoneAsync();
            }

            return true;
        }
        finally
        {
            output.Return();
        }
    }

    /// <summary>Its last words, if it has any, are on their way to the client.</summary>
    private async ValueTask<bool> BackendGoneAsync()
    {
        await _relayedReplies;
        return false;
    }

    private async Task RelayRepliesAsync()
    {
        try
        {
            while (!filter.IsOpaque)
            {
                var line = await _replies.ReadLineAsync(_end.Token);
                if (line.IsEmpty) break;
                var kind = await RelayReplyAsync(line);
                if (kind == ReplyKind.Broken)
                {
                    relay.Counters.BackendFailed();
                    await SayAsync(filter.Unavailable);
                    break;
                }

                if (kind != ReplyKind.More) _gate.Report(kind);
            }

            if (filter.IsOpaque) await PassOnAsync(_replies, backend, _client);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // One of the two has gone, or the dialogue is over.
        }
        finally
        {
            // Without its backend the session is over, whatever the client does.
            await _end.CancelAsync();
            _gate.Close();
        }
    }

    /// <summary>Passes on a line with its literals; nothing of ours comes in between.</summary>
    private async ValueTask<ReplyKind> RelayReplyAsync(ReadOnlyMemory<byte> line)
    {
        await _toClient.WaitAsync();
        try
        {
            while (true)
            {
                var step = OnReply(line.Span);
                if (!await relay.TryWriteAsync(_client, _reply.WrittenMemory, fromClient: false)) throw new EndOfStreamException();
                if (step.Literal == 0) return step.Kind;
                await CopyAsync(_replies, _client, step.Literal, fromClient: false);
                line = await _replies.ReadLineAsync(_end.Token);
                if (line.IsEmpty) throw new EndOfStreamException();
            }
        }
        finally
        {
            _toClient.Release();
        }
    }

    /// <summary>The rest of the session, from both sides, as it is.</summary>
    private async Task PassOnAsync(LineReader reader, IRelayEnd from, IRelayEnd to)
    {
        if (reader.Buffered > 0) await CopyAsync(reader, to, reader.Buffered, fromClient: from == _client);
        reader.Dispose();
        await relay.PumpAsync(from, to, _end.Token);
    }

    private async ValueTask CopyAsync(LineReader from, IRelayEnd to, long count, bool fromClient)
    {
        while (count > 0)
        {
            var bytes = await from.ReadAsync(count, _end.Token);
            if (bytes.IsEmpty || !await relay.TryWriteAsync(to, bytes, fromClient)) throw new EndOfStreamException();
            count -= bytes.Length;
        }
    }

    private CommandStep OnCommand(ReadOnlySpan<byte> line)
    {
        lock (_filterLock) return filter.OnCommand(line);
    }

    private ReplyStep OnReply(ReadOnlySpan<byte> line)
    {
        _reply.ResetWrittenCount();
        lock (_filterLock) return filter.OnReply(line, _reply);
    }

    /// <summary>Says something in the backend's place.</summary>
    private async ValueTask SayAsync(ReadOnlyMemory<byte> words)
    {
        await _toClient.WaitAsync();
        try
        {
            await relay.TryWriteAsync(_client, words, fromClient: false);
        }
        finally
        {
            _toClient.Release();
        }
    }
}

/// <summary>How a session has ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Answer">What the client is told before TLS begins.</param>
internal readonly record struct SessionEnd(SessionEndReason Reason, ReadOnlyMemory<byte> Answer = default);

/// <summary>Why a session has ended.</summary>
internal enum SessionEndReason
{
    /// <summary>The client has closed its side.</summary>
    ClientEnded,

    /// <summary>The backend has.</summary>
    BackendEnded,

    /// <summary>The client was sent away.</summary>
    Closed,

    /// <summary>The client wants TLS.</summary>
    StartTls,

    /// <summary>The client wants TLS, and somebody has put something behind its words.</summary>
    Injected,
}
