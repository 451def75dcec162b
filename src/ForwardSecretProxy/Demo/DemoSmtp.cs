namespace ForwardSecretProxy.Demo;

/// <summary>As much of SMTP (RFC 5321) as takes a message.</summary>
internal sealed class DemoSmtp(DemoMailLines lines, DemoMailbox mailbox)
{
    private const int MostLines = 500_000;

    /// <summary>Serves a connection to its end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await lines.WriteAsync("220 localhost ESMTP fsp demo");
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (verb == "DATA")
            {
                await TakeMessageAsync(cancellationToken);
                continue;
            }

            await lines.WriteAsync(verb switch
            {
                "EHLO" or "HELO" or "NOOP" or "RSET" => "250 localhost",
                "MAIL" or "RCPT" => "250 2.1.0 OK",
                "QUIT" => "221 2.0.0 Bye",
                _ => "502 5.5.1 Not in this demonstration",
            });
            if (verb == "QUIT") return;
        }
    }

    private async Task TakeMessageAsync(CancellationToken cancellationToken)
    {
        await lines.WriteAsync("354 Go ahead; a dot on a line of its own ends the message");
        var message = new List<string>();
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            if (line == ".")
            {
                mailbox.Add(message);
                await lines.WriteAsync("250 2.0.0 Taken; it is in the mailbox");
                return;
            }

            if (message.Count == MostLines) throw new IOException("The message is too long for a demonstration.");
            message.Add(line.StartsWith('.') ? line[1..] : line);
        }
    }
}
