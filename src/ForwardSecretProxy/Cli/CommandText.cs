namespace ForwardSecretProxy.Cli;

/// <summary>Commands as they are to be typed for one certificate.</summary>
/// <param name="file">The configuration.</param>
/// <param name="certificate">The certificate's name.</param>
internal sealed class CommandText(string file, string certificate)
{
    /// <summary>A whole command line.</summary>
    public string For(string command) => $"{command} --config {Quote(file)} --certificate {Quote(certificate)}";

    /// <summary>A word as a shell takes it for one.</summary>
    public static string Quote(string word) => word.All(each => char.IsAsciiLetterOrDigit(each) || "/._-:@".Contains(each))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
