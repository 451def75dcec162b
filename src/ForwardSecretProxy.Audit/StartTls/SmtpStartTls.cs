using static System.StringComparison;

namespace ForwardSecretProxy.Audit.StartTls;

/// <summary>SMTP until STARTTLS: greeting, EHLO, STARTTLS (RFC 3207 section 4; replies as in RFC 5321 section 4.2).</summary>
internal sealed class SmtpStartTls : LineDialogue
{
    private static readonly byte[] Hello = "EHLO localhost\r\n"u8.ToArray();
    private static readonly byte[] StartTls = "STARTTLS\r\n"u8.ToArray();

    private Stage _stage;
    private bool _isOffered;
    private int _code;

    private enum Stage
    {
        Greeting,
        Hello,
        StartTls,
    }

    /// <inheritdoc/>
    private protected override void Restart()
    {
        _stage = Stage.Greeting;
        _isOffered = false;
        _code = 0;
    }

    /// <inheritdoc/>
    private protected override StartTlsStep TakeLine(ReadOnlySpan<byte> line)
    {
        if (!TryReadCode(line, out var code) || _code != 0 && code != _code)
            return Break("it does not answer as SMTP does", line);

        _isOffered |= _stage == Stage.Hello && IsStartTls(line);
        var isLast = line.Length == 3 || line[3] == ' ';
        _code = isLast ? 0 : code;
        if (!isLast)
            return StartTlsStep.More;

        return (_stage, code) switch
        {
            (Stage.Greeting, 220) => Next(Stage.Hello, Hello),
            (Stage.Hello, 250) when _isOffered => Next(Stage.StartTls, StartTls),
            (Stage.Hello, 250) => Refuse(NotOffered),
            (Stage.StartTls, 220) => StartTlsStep.Ready,
            _ => Refuse(line),
        };
    }

    private StartTlsStep Next(Stage stage, byte[] command)
    {
        _stage = stage;
        return Send(command);
    }

    private static bool TryReadCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line.Length < 3 || line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-'))
            return false;
        foreach (var digit in line[..3])
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            code = (10 * code) + digit - '0';
        }

        return true;
    }

    private static bool IsStartTls(ReadOnlySpan<byte> line) =>
        line.Length > 4 && System.Text.Encoding.Latin1.GetString(line[4..]).Trim().Equals("STARTTLS", OrdinalIgnoreCase);
}
