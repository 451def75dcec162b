using System.Formats.Asn1;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>LDAP's StartTLS operation (RFC 4511 section 4.14), in BER with definite lengths (section 5.1).</summary>
internal sealed class LdapStartTls : StartTlsDialogue
{
    private const int LongestHead = 6;
    private const int LongestMessage = 16 * 1024;
    private const string NotLdap = "it does not answer as LDAP does";

    /// <summary>Any but 0, which is for what a server says unasked.</summary>
    private const int MessageId = 1;

    private static readonly Asn1Tag ExtendedRequest = new(TagClass.Application, 23);
    private static readonly Asn1Tag ExtendedResponse = new(TagClass.Application, 24);
    private static readonly byte[] Request = WriteRequest();

    private readonly MessageBuffer _message = new();
    private int _wanted;
    private bool _hasHead;

    /// <inheritdoc/>
    private protected override StartTlsStep Start()
    {
        _message.Reset();
        _wanted = 1;
        _hasHead = false;
        return Send(Request);
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeNext(ref ReadOnlySpan<byte> data)
    {
        if (!_message.TryFill(ref data, _wanted)) return StartTlsStep.More;
        return _hasHead ? TakeMessage() : TakeHead(data);
    }

    private StartTlsStep TakeHead(ReadOnlySpan<byte> behind)
    {
        var head = _message.Bytes;
        if (head[0] != 0x30) return Break(NotLdap, [.. head, .. behind]);
        if (!AsnDecoder.TryDecodeLength(head[1..], AsnEncodingRules.BER, out var length, out var lengthSize))
        {
            _wanted++;
            return head.Length < LongestHead ? StartTlsStep.More : Break(NotLdap);
        }

        if (length is not (> 0 and <= LongestMessage)) return Break("it sends a message without an end, or one that is too long");
        _wanted = 1 + lengthSize + length.Value;
        _hasHead = true;
        return StartTlsStep.More;
    }

    private StartTlsStep TakeMessage()
    {
        try
        {
            return Read(new AsnReader(_message.Bytes.ToArray(), AsnEncodingRules.BER).ReadSequence());
        }
        catch (AsnContentException)
        {
            return Break(NotLdap);
        }
    }

    private StartTlsStep Read(AsnReader message)
    {
        if (!message.TryReadInt32(out var id) || id is not (0 or MessageId)) return Break(NotLdap);
        var response = message.ReadSequence(ExtendedResponse);
        var code = response.ReadEnumeratedBytes().Span;
        response.ReadOctetString();
        var diagnostic = ServerWords.Read(response.ReadOctetString());
        if (code is not [var result]) return Break(NotLdap);
        // Unasked it can only say that it is about to close the connection (section 4.4.1).
        return result == 0 && id == MessageId ? StartTlsStep.Ready : Refuse($"result code {Name(result)}: {diagnostic}");
    }

    /// <summary>Section 4.1.9 and appendix A.</summary>
    private static string Name(byte result) => result switch
    {
        1 => "1 (operationsError)",
        2 => "2 (protocolError)",
        10 => "10 (referral)",
        51 => "51 (busy)",
        52 => "52 (unavailable)",
        53 => "53 (unwillingToPerform)",
        _ => $"{result}",
    };

    private static byte[] WriteRequest()
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(MessageId);
            using (writer.PushSequence(ExtendedRequest))
                writer.WriteOctetString("1.3.6.1.4.1.1466.20037"u8, new Asn1Tag(TagClass.ContextSpecific, 0));
        }

        return writer.Encode();
    }
}
