using System.Globalization;

namespace ForwardSecretProxy.FunctionalTests.Fixtures;

/// <summary>A certificate authority made and run with the <c>openssl</c> program, for services behind the proxy.</summary>
internal sealed class OpenSslAuthority
{
    private readonly TemporaryDirectory _directory;
    private readonly string _name;

    private OpenSslAuthority(TemporaryDirectory directory, string name) => (_directory, _name) = (directory, name);

    /// <summary>The root's PEM file.</summary>
    public string CaFile => _directory.File(_name + ".pem");

    /// <summary>Makes the root in <paramref name="directory"/>.</summary>
    public static async Task<OpenSslAuthority> CreateAsync(TemporaryDirectory directory, string name)
    {
        var authority = new OpenSslAuthority(directory, name);
        await RunAsync("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", $"/CN={name}", "-keyout", authority.KeyFile, "-out", authority.CaFile);
        return authority;
    }

    /// <summary>Makes a key and a certificate for it; the paths of both PEM files.</summary>
    public async Task<(string Certificate, string Key)> IssueAsync(
        string name, string alternativeName, string usage = "serverAuth", int days = 1)
    {
        var (certificate, key, request) = (_directory.File(name + ".pem"), _directory.File(name + ".key"), _directory.File(name + ".csr"));
        await RunAsync("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", $"/CN={name}", "-keyout", key, "-out", request);
        var extensions = _directory.Write(name + ".ext", $"subjectAltName={alternativeName}\nextendedKeyUsage={usage}\n");
        await RunAsync("x509", "-req", "-in", request, "-CA", CaFile, "-CAkey", KeyFile, "-CAcreateserial",
            "-days", days.ToString(CultureInfo.InvariantCulture), "-extfile", extensions, "-out", certificate);
        return (certificate, key);
    }

    /// <summary>Makes an authority that this one vouches for.</summary>
    public async Task<OpenSslAuthority> IssueAuthorityAsync(string name)
    {
        await IssueAsync(name, "DNS:unused\nbasicConstraints=critical,CA:true");
        return new OpenSslAuthority(_directory, name);
    }

    private string KeyFile => _directory.File(_name + ".key");

    private static async Task RunAsync(params string[] arguments)
    {
        var result = await ProcessRunner.RunAsync("openssl", arguments);
        Assert.True(result.ExitCode == 0, result.Text);
    }
}
