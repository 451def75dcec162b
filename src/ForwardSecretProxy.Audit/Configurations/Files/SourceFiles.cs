using System.Text;
using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>
/// The files of one configuration. However they include one another, no more than so many are read, and no more of them:
/// what goes beyond is a gap, never an endless run.
/// </summary>
internal sealed class SourceFiles
{
    /// <summary>Far above what is written by hand or by a hosting panel.</summary>
    public const int LargestFile = 8 * 1024 * 1024;

    private const int MostFiles = 5_000;
    private const int MostBytes = 64 * 1024 * 1024;
    private const int DeepestInclude = 32;
    private const int MostGaps = 200;

    private readonly List<string> _read = [];
    private readonly List<ConfigurationGap> _gaps = [];
    private readonly Stack<string> _open = [];
    private long _bytes;

    /// <summary>The files that were read.</summary>
    public IReadOnlyList<string> Read => _read;

    /// <summary>What was not.</summary>
    public IReadOnlyList<ConfigurationGap> Gaps => _gaps;

    /// <summary>Notes what could not be seen. The same is noted once.</summary>
    public void Miss(SourceLocation location, string message, bool isAssumption = false)
    {
        if (_gaps.Count > MostGaps) return;
        var gap = _gaps.Count == MostGaps
            ? new ConfigurationGap(location, "from here on there is more that could not be read")
            : new ConfigurationGap(location, message, isAssumption);
        if (!_gaps.Contains(gap)) _gaps.Add(gap);
    }

    /// <summary>The lines of the file that the audit begins with.</summary>
    /// <exception cref="ConfigurationUnreadableException">It cannot be read.</exception>
    public IReadOnlyList<SourceLine> ReadFirst(string path)
    {
        try
        {
            return ReadLines(path);
        }
        catch (IOException exception)
        {
            throw new ConfigurationUnreadableException($"{path} cannot be read as a configuration: {exception.Message}.");
        }
    }

    /// <summary>Hands on the lines of a file that another includes, or notes why not.</summary>
    public void Include(string path, SourceLocation from, Action<IReadOnlyList<SourceLine>> read)
    {
        if (_open.Contains(path) || path == from.File)
        {
            Miss(from, $"{path} includes itself, directly or by way of others; it was read once");
            return;
        }
        if (_open.Count >= DeepestInclude || _read.Count >= MostFiles || _bytes >= MostBytes)
        {
            Miss(from, $"{path} was not read: includes are followed {DeepestInclude} deep, for {MostFiles} files and "
                + $"{MostBytes / 1024 / 1024} MB in all");
            return;
        }

        IReadOnlyList<SourceLine> lines;
        try
        {
            lines = ReadLines(path);
        }
        catch (IOException exception)
        {
            Miss(from, $"{path} could not be read: {exception.Message}");
            return;
        }
        _open.Push(path);
        read(lines);
        _open.Pop();
    }

    /// <summary>The same for everything that matches a pattern.</summary>
    /// <param name="pattern">An absolute path, or one from here; it may be a pattern.</param>
    /// <param name="isOptional">Whether it may be missing.</param>
    /// <param name="from">Where it is included.</param>
    /// <param name="read">Takes each file's lines.</param>
    public void IncludeAll(string pattern, bool isOptional, SourceLocation from, Action<IReadOnlyList<SourceLine>> read)
    {
        if (!PathPattern.IsPattern(pattern))
        {
            if (!isOptional || Path.Exists(pattern)) Include(pattern, from, read);
            return;
        }
        foreach (var path in PathPattern.Expand(pattern, MostFiles).Where(path => !Directory.Exists(path)))
            Include(path, from, read);
    }

    private List<SourceLine> ReadLines(string path)
    {
        var content = BoundedFile.Read(path, LargestFile);
        if (content.Contains((byte)0)) throw new IOException("it is not text");
        _bytes += content.Length;
        _read.Add(path);

        // Whatever is not UTF-8 stands in comments and names; its bytes do not matter here.
        var lines = new List<SourceLine>();
        using var reader = new StringReader(Encoding.UTF8.GetString(content).TrimStart('\uFEFF'));
        while (reader.ReadLine() is { } line)
            lines.Add(new SourceLine(line, new SourceLocation(path, lines.Count + 1)));
        return lines;
    }
}
