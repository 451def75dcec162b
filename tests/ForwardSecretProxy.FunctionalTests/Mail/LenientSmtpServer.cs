using System.Text.RegularExpressions;

namespace ForwardSecretProxy.FunctionalTests.Mail;

/// <summary>
/// A mail server as they should not be: it takes any CR, LF or both for the end of a line, and any line with nothing but a dot
/// for the end of a message, NULs left out.
/// </summary>
/// <param name="connection">To its client.</param>
internal sealed partial class LenientSmtpServer(Wire connection)
{
    private readonly List<string> _messages = [];

    /// <summary>The messages that have come to their end.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Serves until the client says QUIT, or goes, and closes.</summary>
    public async Task ServeAsync()
    {
        await connection.SendAsync("220 lenient\r\n");
        await AnswerAsync();
        await connection.DisposeAsync();
    }

    private async Task AnswerAsync()
    {
        while (true)
        {
            var line = await connection.TakeAsync(text => End(LineEnd().Match(text)));
            if (line.Length == 0) return;
            switch (line.Trim().ToUpperInvariant())
            {
                case "":
                    continue;
                case "QUIT":
                    await connection.SendAsync("221 bye\r\n");
                    return;
                case "DATA":
                    await connection.SendAsync("354 go\r\n");
                    if (!await TakeMessageAsync()) return;
                    break;
            }

            await connection.SendAsync("250 ok\r\n");
        }
    }

    private async Task<bool> TakeMessageAsync()
    {
        var message = await connection.TakeAsync(text => End(MessageEnd().Match(text)));
        if (!MessageEnd().IsMatch(message)) return false;
        _messages.Add(message);
        return true;
    }

    private static int End(Match match) => match.Success ? match.Index + match.Length : -1;

    // A CR with an LF behind it is one end; where that comes later, it is an empty line, which is nothing.
    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex LineEnd();

    [GeneratedRegex("[\r\n]\0?\\.\0?(\r\n|\r|\n)")]
    private static partial Regex MessageEnd();
}
