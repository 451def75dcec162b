using System.CommandLine;
using System.Text;
using ForwardSecretProxy.Certificates;

namespace ForwardSecretProxy.Cli;

/// <summary><c>--out FILE</c>: where PEM goes, stdout when it is not given.</summary>
internal sealed class PemOutput
{
    private readonly Option<FileInfo?> _out = new("--out", "-o")
    {
        Description = "Write to FILE instead of stdout. A file that is there already is kept as FILE.previous.",
        HelpName = "FILE",
    };

    /// <summary>Puts the option on <paramref name="command"/>.</summary>
    public void AddTo(Command command) => command.Options.Add(_out);

    /// <summary>Writes <paramref name="pem"/>, to a file whole or not at all.</summary>
    public void Write(ParseResult parsed, string pem)
    {
        if (parsed.GetValue(_out) is not { } file)
        {
            parsed.InvocationConfiguration.Output.Write(pem);
            return;
        }

        AtomicFile.Replace(file.FullName, Encoding.ASCII.GetBytes(pem));
        parsed.InvocationConfiguration.Error.WriteLine($"Wrote {file.FullName}");
    }
}
