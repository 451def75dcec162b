using System.Globalization;

namespace ForwardSecretProxy.Demo;

/// <summary>As much of POP3 (RFC 1939) as reads the messages. The user is <c>demo</c>, and so is the password.</summary>
internal sealed class DemoPop3(DemoMailLines lines, DemoMailbox mailbox)
{
    private const string User = "demo";

    private IReadOnlyList<IReadOnlyList<string>> _messages = [];
    private bool _isUser;
    private bool _isIn;

    /// <summary>Serves a connection to its end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await lines.WriteAsync("+OK fsp demo");
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            var words = line.Split(' ', 2);
            var (verb, argument) = (words[0].ToUpperInvariant(), words.ElementAtOrDefault(1) ?? "");
            foreach (var answer in _isIn ? Answer(verb, argument) : LogIn(verb, argument)) await lines.WriteAsync(answer);
            if (verb == "QUIT") return;
        }
    }

    private IEnumerable<string> LogIn(string verb, string argument)
    {
        switch (verb)
        {
            case "CAPA":
                return ["+OK", "USER", "."];
            case "QUIT":
                return ["+OK bye"];
            case "USER":
                _isUser = argument == User;
                return ["+OK"];
            case "PASS" when _isUser && argument == User:
                _messages = mailbox.Messages;
                _isIn = true;
                return ["+OK"];
            case "PASS":
                return ["-ERR the demonstration's user is demo, its password demo"];
            default:
                return ["-ERR log in first"];
        }
    }

    private IEnumerable<string> Answer(string verb, string argument) => verb switch
    {
        "STAT" => [$"+OK {_messages.Count} {_messages.Sum(Size)}"],
        "LIST" => ["+OK", .. _messages.Select((message, i) => $"{i + 1} {Size(message)}"), "."],
        "UIDL" => ["+OK", .. _messages.Select((_, i) => $"{i + 1} m{i + 1}"), "."],
        "RETR" when Find(argument) is { } message => ["+OK", .. message.Select(line => line.StartsWith('.') ? "." + line : line), "."],
        "NOOP" => ["+OK"],
        "QUIT" => ["+OK bye"],
        _ => ["-ERR not in this demonstration"],
    };

    private IReadOnlyList<string>? Find(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? _messages.ElementAtOrDefault(index - 1) : null;

    private static int Size(IReadOnlyList<string> message) => message.Sum(line => line.Length + 2);
}
