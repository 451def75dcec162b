using System.Security.Cryptography;
using System.Text;
using ForwardSecretProxy.Certificates;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Redirecting;

namespace ForwardSecretProxy.Acme;

/// <summary>The answer to one challenge, in the folders in which listeners look; gone when this is disposed.</summary>
internal sealed class ChallengeAnswer : IDisposable
{
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Enterable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<string> _files = [];

    private ChallengeAnswer()
    {
    }

    /// <summary>Puts the answer in its place.</summary>
    /// <param name="kind">Which challenge.</param>
    /// <param name="name">The host name.</param>
    /// <param name="token">The challenge's token.</param>
    /// <param name="key">The account's key.</param>
    /// <param name="folders">Where listeners look; made where they are missing.</param>
    /// <param name="now">For the certificate's dates.</param>
    /// <exception cref="AcmeException">The token is none.</exception>
    /// <exception cref="IOException">A file could not be written; none is left.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written; none is left.</exception>
    public static ChallengeAnswer Place(
        AcmeChallenge kind, string name, string? token, AccountKey key, IReadOnlyList<string> folders, DateTimeOffset now)
    {
        // It becomes a file's name.
        if (token is null || !ChallengeFolder.IsToken(token))
            throw new AcmeException($"the challenge for {name} has no token of the form that RFC 8555 section 8 asks for");

        // Section 8.1.
        var authorization = Encoding.ASCII.GetBytes($"{token}.{key.Thumbprint}");
        var (file, content) = kind == AcmeChallenge.Http01
            ? (token, authorization)
            : (AlpnChallengeFolder.FileName(name), AlpnCertificate.Create(name, SHA256.HashData(authorization), now));
        var answer = new ChallengeAnswer();
        try
        {
            foreach (var folder in folders) answer.Write(folder, file, content);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It is worth nothing to anybody: that it stays is no reason to give the certificate up.
            }
        }
    }

    // The proxy's account reads it, and is mostly, not always, this one. A challenge's private key is no secret worth the name: it
    // signs for a certificate that only an authority with this very challenge takes, at an address that is ours already.
    private void Write(string folder, string name, byte[] content)
    {
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(folder, Enterable);
        var file = Path.Join(folder, name);
        _files.Add(file);
        AtomicFile.Write(file, content, Readable);
    }
}
