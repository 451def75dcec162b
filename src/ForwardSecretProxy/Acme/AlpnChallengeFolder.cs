using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.OpenSsl.Engine;
using ForwardSecretProxy.OpenSsl.Files;

namespace ForwardSecretProxy.Acme;

/// <summary>
/// The folder in which a listener with TLS looks for answers to tls-alpn-01 challenges: one file for each name, read when an
/// authority asks. It can be the folder for http-01 too, whose files have no dot in their names.
/// </summary>
/// <param name="Folder">Its path.</param>
internal sealed record AlpnChallengeFolder(string Folder) : IChallengeCertificates
{
    private const string Suffix = ".tls-alpn-01.pem";

    /// <summary>A certificate and a key on P-256 have less than 1.5 KB.</summary>
    private const int MaxFileLength = 8 * 1024;

    /// <summary>What the answer for a name is called.</summary>
    public static string FileName(string name) => name + Suffix;

    /// <inheritdoc/>
    public ChallengeCertificate? Find(string serverName)
    {
        // A name of that form has no slash in it and does not begin with a dot.
        if (!DnsName.IsValid(serverName) || serverName[0] == '*') return null;
        return RegularFile.TryRead(Path.Join(Folder, FileName(serverName)), MaxFileLength) is { } content
            ? AlpnCertificate.Read(Encoding.ASCII.GetString(content), serverName)
            : null;
    }
}
