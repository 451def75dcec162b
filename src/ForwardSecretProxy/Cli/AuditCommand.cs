using System.CommandLine;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp audit</c>: could somebody who gets a server's secrets tomorrow read what was recorded today?</summary>
internal static class AuditCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("audit",
            "Audit servers and configurations for forward secrecy. It answers one question: could somebody who gets the "
            + "server's long-term secrets tomorrow (the certificate's key, a ticket key, a reused ephemeral key) read what was "
            + "recorded today? The verdict comes first, with a grade from A (they could not) to F (they could), then what it "
            + "rests on, with the evidence and the mend. Exit code 0: nothing has to be mended; 1: something has to; 2: the "
            + "command line is wrong; 3: nothing has to be mended, but something could not be audited.");
        command.Add(AuditEndpointCommand.Create());
        command.Add(AuditConfigCommand.Create());
        command.Add(AuditPoliciesCommand.Create());
        command.AddExamples(
            "fsp audit endpoint www.example.org",
            "fsp audit endpoint mail.example.org:587 --starttls smtp --format html --output mail.html",
            "fsp audit config /etc/nginx/nginx.conf");
        return command;
    }
}
