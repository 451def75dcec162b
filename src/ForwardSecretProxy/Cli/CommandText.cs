using ForwardSecretProxy.Signing.Pins;
using ForwardSecretProxy.Signing.Pkcs11;

namespace ForwardSecretProxy.Cli;

/// <summary>Commands as they are to be typed for one certificate.</summary>
internal sealed class CommandText
{
    private readonly string _key;
    private readonly string _target;

    /// <summary>For an entry of <c>Certificates</c>.</summary>
    /// <param name="file">The configuration.</param>
    /// <param name="certificate">The certificate's name.</param>
    public CommandText(string file, string certificate)
    {
        _key = $"--config {Quote(file)} --certificate {Quote(certificate)}";
        _target = "";
        CanRotate = true;
    }

    /// <summary>For a spare, which has no name of its own.</summary>
    /// <param name="token">Where its key is; null when that is not known.</param>
    /// <param name="key">The key's URI.</param>
    /// <param name="chain">The chain's file.</param>
    public CommandText(TokenOptions? token, string key, string chain)
    {
        var pin = token?.Pin is PinFile file ? $" --pin-file {Quote(file.Path)}" : "";
        _key = $"--module {Quote(token?.Module ?? "MODULE")} --key {Quote(key)}{pin}";
        _target = $" --to {Quote(chain)}";
    }

    /// <summary>Whether <c>fsp key rotate</c> changes the key: it does so for entries only.</summary>
    public bool CanRotate { get; }

    /// <summary>The command that installs what a CA sent.</summary>
    public string Import => For("fsp cert import FULLCHAIN") + _target;

    /// <summary>A whole command line.</summary>
    public string For(string command) => $"{command} {_key}";

    /// <summary>A word as a shell takes it for one.</summary>
    public static string Quote(string word) => word.All(each => char.IsAsciiLetterOrDigit(each) || "/._-:@".Contains(each))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
