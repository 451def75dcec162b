using System.CommandLine;
using ForwardSecretProxy.Audit.Profiles;
using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Auditing;

namespace ForwardSecretProxy.Cli;

/// <summary><c>fsp audit config</c>: configurations, without the servers that they are for.</summary>
internal sealed class AuditConfigCommand
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Main files, or the folders they are in. Files they include are read too.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _software = new("--software")
    {
        Description = "Whose configuration it is. Default: by what stands in it.",
        HelpName = string.Join('|', ConfigurationAudit.Software),
    };

    private readonly AuditPolicyOption _policy = new();
    private readonly AuditOutputOptions _output = new();

    private AuditConfigCommand()
    {
    }

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var config = new AuditConfigCommand();
        config._software.AcceptOnlyFromAmong([.. ConfigurationAudit.Software]);
        var command = new Command("config",
            "Audit configurations for forward secrecy: of fsp, nginx, HAProxy, Apache httpd, Postfix and Dovecot. Versions, "
            + "suites (as the installed OpenSSL understands them), tickets and the files of their keys, parameters, and keys that lie "
            + "in files. Nothing is changed and nothing is served. Exit code 0: nothing has to be mended; 1: something has to; 3: "
            + "nothing has to be mended, but a configuration could not be read.") { config._files, config._software };
        config._policy.AddTo(command);
        config._output.AddTo(command);
        command.AddExamples(
            "fsp audit config /etc/nginx/nginx.conf",
            "fsp audit config /etc/fsp/fsp.jsonc",
            "fsp audit config /etc/haproxy/haproxy.cfg --policy mozilla-intermediate",
            "fsp audit config /etc/postfix/main.cf /etc/dovecot/dovecot.conf --verbose",
            "fsp audit config ./deploy/site.conf --software nginx --format sarif --output config.sarif");
        command.SetAction(config.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var output = _output.Read(parsed);
        var policy = _policy.Read(parsed);
        var subjects = new List<AuditedSubject>();
        foreach (var file in parsed.GetValue(_files)!.Distinct())
            subjects.Add(await ConfigurationAudit.RunAsync(file, parsed.GetValue(_software), policy, cancellationToken));
        var report = new AuditReport
        {
            Tool = AuditOutput.Tool,
            At = DateTimeOffset.UtcNow,
            Policy = policy?.ToString(),
            Checks = [.. ConfigurationAudit.Checks, .. policy is null ? [] : ProfileJudge.Describe(policy)],
            Subjects = subjects,
        };
        return output.Write(parsed, report);
    }
}
