using System.Buffers.Binary;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>
/// PostgreSQL's SSLRequest and the byte that answers it (PostgreSQL's manual, "Frontend/Backend Protocol", sections "SSL Session
/// Encryption" and "Message Formats").
/// </summary>
internal sealed class PostgresStartTls : StartTlsDialogue
{
    private const int Head = 5;
    private const int LongestError = 1024;
    private const string NotPostgres = "it does not answer as PostgreSQL does";

    /// <summary>Its length, 8, and in the place of a version the numbers 1234 and 5679.</summary>
    private static readonly byte[] SslRequest = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

    private readonly MessageBuffer _answer = new();
    private int _wanted;

    /// <inheritdoc/>
    private protected override StartTlsStep Start()
    {
        _answer.Reset();
        _wanted = 1;
        return Send(SslRequest);
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeNext(ref ReadOnlySpan<byte> data)
    {
        if (!_answer.TryFill(ref data, _wanted)) return StartTlsStep.More;
        return _wanted switch
        {
            1 => TakeLetter(data),
            Head => TakeLength(),
            _ => Refuse(Message(_answer.Bytes[Head..])),
        };
    }

    private StartTlsStep TakeLetter(ReadOnlySpan<byte> behind)
    {
        var letter = _answer.Bytes[0];
        if (letter == 'S') return StartTlsStep.Ready;
        if (letter == 'N') return Refuse(NotOffered);
        if (letter != 'E') return Break(NotPostgres, [letter, .. behind]);
        _wanted = Head;
        return StartTlsStep.More;
    }

    /// <summary>Of an ErrorResponse, which comes from servers that do not know the request, or have no room for a client.</summary>
    private StartTlsStep TakeLength()
    {
        // It counts itself.
        var length = BinaryPrimitives.ReadInt32BigEndian(_answer.Bytes[1..]);
        if (length is <= Head - 1 or > LongestError) return Break(NotPostgres, _answer.Bytes);
        _wanted = 1 + length;
        return StartTlsStep.More;
    }

    /// <summary>Each field is a letter and text with a zero behind it; M is for people.</summary>
    private static ReadOnlySpan<byte> Message(ReadOnlySpan<byte> fields)
    {
        foreach (var field in fields.Split((byte)0))
        {
            if (fields[field] is [(byte)'M', .. var message]) return message;
        }

        return fields;
    }
}
