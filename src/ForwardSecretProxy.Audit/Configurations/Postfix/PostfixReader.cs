using ForwardSecretProxy.Audit.Configurations.Files;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Postfix;

/// <summary>Postfix: main.cf, and the services of the master.cf beside it. Its SMTP client is not looked at.</summary>
internal sealed class PostfixReader : IConfigurationReader
{
    /// <inheritdoc/>
    public string Software => "postfix";

    /// <inheritdoc/>
    public IReadOnlyList<ServiceObservation> Read(IReadOnlyList<string> files, ReadingContext context)
    {
        var folder = Path.GetDirectoryName(files[0]) ?? "";
        var mainFile = Path.GetFileName(files[0]) == "master.cf" ? Path.Combine(folder, "main.cf") : files[0];
        var main = ReadMain(context.Files.ReadFirst(mainFile));

        return [.. Services(Path.Combine(folder, "master.cf"), mainFile, context.Files)
            .Select(service => new PostfixServer(service, new PostfixParameters(service.Own, main, context.Files), context))
            .Where(server => server.SpeaksTls)
            .Select(server => server.Observe())];
    }

    private static Dictionary<string, Setting<string>> ReadMain(IReadOnlyList<SourceLine> lines)
    {
        var values = new Dictionary<string, Setting<string>>(StringComparer.Ordinal);
        foreach (var (text, location) in PostfixLines.Join(lines))
        {
            // The last one counts.
            if (text.Split('=', 2) is [var name, var value]) values[name.Trim()] = new Setting<string>(value.Trim(), location);
        }
        return values;
    }

    private static List<PostfixService> Services(string masterFile, string mainFile, SourceFiles files)
    {
        var services = new List<PostfixService>();
        var isThere = File.Exists(masterFile);
        if (isThere)
        {
            files.Include(masterFile, new SourceLocation(mainFile, 0), lines => services.AddRange(PostfixLines.Join(lines)
                .Select(line => PostfixService.Parse(line.Text, line.Location)).OfType<PostfixService>()));
        }
        else
        {
            files.Miss(new SourceLocation(mainFile, 0), "there is no master.cf beside it: what single services set is not known");
            services.Add(new PostfixService("smtpd", new SourceLocation(mainFile, 0), new Dictionary<string, Setting<string>>()));
        }
        return services;
    }
}
