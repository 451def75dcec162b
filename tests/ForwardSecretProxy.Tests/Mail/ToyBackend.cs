using System.Text;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Mail;

/// <summary>
/// A mail server that does as little as can be: it answers commands by a rule of its own, and follows what is part of a
/// command, as RFC 5321, 3030, 9051 and 1939 say. What it does depends on the bytes alone, not on their pieces.
/// </summary>
internal sealed class ToyBackend
{
    private readonly RelayProtocol _protocol;
    private readonly StringBuilder _input = new();
    private long _skip;
    private bool _isMessage;
    private bool _isContinuation;
    private bool _isChallenged;
    private string _tag = "";

    public ToyBackend(RelayProtocol protocol, Func<int> piece)
    {
        _protocol = protocol;
        End = new MemoryEnd(piece, (end, text) => Take(end, text));
        End.Arrive(protocol switch
        {
            RelayProtocol.Smtp => "220-toy\r\n220 toy\r\n",
            RelayProtocol.Imap => "* OK [CAPABILITY IMAP4rev1 STARTTLS] toy\r\n",
            RelayProtocol.Pop3 => "+OK toy\r\n",
            _ => "\"STARTTLS\"\r\n\"SASL\" \"PLAIN\"\r\nOK\r\n",
        });
    }

    public MemoryEnd End { get; }

    /// <summary>The commands as it saw them.</summary>
    public List<string> Commands { get; } = [];

    private void Take(MemoryEnd end, string text)
    {
        if (text.Length == 0)
        {
            end.End();
            return;
        }

        _input.Append(text);
        while (TakeNext(end))
        {
        }
    }

    private bool TakeNext(MemoryEnd end)
    {
        if (_skip > 0)
        {
            var count = (int)Math.Min(_skip, _input.Length);
            _input.Remove(0, count);
            _skip -= count;
            if (_skip == 0 && _protocol == RelayProtocol.Smtp) end.Arrive("250 chunk\r\n");
            return count > 0;
        }

        var text = _input.ToString();
        var mark = _isMessage ? text.StartsWith(".\r\n", StringComparison.Ordinal) ? 0 : text.IndexOf("\r\n.\r\n", StringComparison.Ordinal) : -1;
        var length = _isMessage ? mark < 0 ? 0 : mark == 0 && text[0] == '.' ? 3 : mark + 5 : text.IndexOf('\n', StringComparison.Ordinal) + 1;
        if (length == 0) return false;
        _input.Remove(0, length);
        if (_isMessage)
        {
            _isMessage = false;
            end.Arrive("250 queued\r\n");
        }
        else
        {
            TakeLine(end, text[..length]);
        }

        return true;
    }

    private void TakeLine(MemoryEnd end, string line)
    {
        var isCommand = !_isContinuation && !_isChallenged;
        if (isCommand) Commands.Add(line);
        var words = line.TrimEnd().Split(' ');
        switch (_protocol)
        {
            case RelayProtocol.Smtp:
                TakeSmtp(end, words, line);
                break;
            case RelayProtocol.Imap or RelayProtocol.Sieve:
                TakeLiterals(end, words, line);
                break;
            default:
                TakePop3(end, words);
                break;
        }
    }

    private void TakeSmtp(MemoryEnd end, string[] words, string line)
    {
        if (_isChallenged)
        {
            _isChallenged = line.Length % 3 == 0;
            end.Arrive(_isChallenged ? "334 more\r\n" : "535 no\r\n");
            return;
        }

        switch (words[0].ToUpperInvariant())
        {
            case "EHLO":
                end.Arrive("250-toy\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 PIPELINING\r\n");
                break;
            case "DATA" when line.Length % 2 == 0:
                _isMessage = true;
                end.Arrive("354 go\r\n");
                break;
            case "AUTH":
                _isChallenged = true;
                end.Arrive("334 \r\n");
                break;
            case "BDAT":
                _skip = long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
                if (_skip == 0) end.Arrive("250 chunk\r\n");
                break;
            default:
                end.Arrive(line.Length % 5 == 0 ? "550-no\r\n550 no\r\n" : "250 ok\r\n");
                break;
        }
    }

    private void TakeLiterals(MemoryEnd end, string[] words, string line)
    {
        if (!_isContinuation) _tag = _protocol == RelayProtocol.Imap ? words[0] + " " : "";
        var literal = line.TrimEnd();
        _isContinuation = literal.EndsWith('}') && literal.LastIndexOf('{') is var open and >= 0
            && long.TryParse(literal[(open + 1)..^1].TrimEnd('+'), out _skip);
        var isBound = literal.EndsWith("+}", StringComparison.Ordinal) || _protocol == RelayProtocol.Sieve;
        if (_isContinuation && !isBound && line.Length % 4 == 0)
        {
            (_isContinuation, _skip) = (false, 0);
            end.Arrive($"{_tag}NO not that\r\n");
        }
        else if (_isContinuation && !isBound)
        {
            end.Arrive("+ go\r\n");
        }
        else if (!_isContinuation)
        {
            end.Arrive(line.Length % 3 == 0
                ? (_protocol == RelayProtocol.Imap ? "* ID (\"x\" {3}\r\na\r\n \"y\")\r\n" : "\"x\" {3}\r\na\r\n\r\n") + $"{_tag}OK done\r\n"
                : $"{_tag}NO no\r\n");
        }
    }

    private static void TakePop3(MemoryEnd end, string[] words) => end.Arrive(words[0].ToUpperInvariant() switch
    {
        "CAPA" => "+OK\r\nSTLS\r\nUIDL\r\n.\r\n",
        "AUTH" or "LANG" when words.Length == 1 => "+OK\r\nx\r\n.\r\n",
        "PASS" => "-ERR no\r\n",
        _ => "+OK\r\n",
    });
}
