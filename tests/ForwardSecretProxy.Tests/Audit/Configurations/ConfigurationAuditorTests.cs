using System.Diagnostics;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Audit.Findings;
using ForwardSecretProxy.Auditing;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

/// <summary>What is no configuration, or leads nowhere, ends soon and says why.</summary>
public sealed class ConfigurationAuditorTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new(null);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("nginx")]
    [InlineData("haproxy")]
    [InlineData("apache")]
    [InlineData("postfix")]
    [InlineData("dovecot")]
    public void Audit_RandomBytes_IsAnErrorThatNamesTheFile(string? software)
    {
        var random = new Random(20261126);
        for (var i = 0; i < 50; i++)
        {
            var content = new byte[random.Next(4_000)];
            random.NextBytes(content);
            File.WriteAllBytes(_folder.PathOf("garbage"), content);

            var error = Audit("garbage", software);

            Assert.True(error.Contains("garbage", StringComparison.Ordinal) || error.Contains("nothing in it speaks TLS", StringComparison.Ordinal), error);
        }
    }

    [Theory]
    [InlineData("nginx/bad", "nginx.conf")]
    [InlineData("nginx/bad", "sites-enabled/legacy.conf")]
    [InlineData("haproxy/bad", "haproxy.cfg")]
    [InlineData("apache/bad", "apache2.conf")]
    [InlineData("apache/bad", "sites-enabled/default-ssl.conf")]
    [InlineData("postfix/bad", "main.cf")]
    [InlineData("postfix/bad", "master.cf")]
    [InlineData("dovecot/bad", "dovecot.conf")]
    [InlineData("dovecot/bad", "conf.d/10-ssl.conf")]
    public void Audit_EveryTruncation_EndsWithAResultOrAnError(string data, string file)
    {
        using var folder = new ConfigurationFolder(AuditedFolder.DataPath(data));
        var software = data.Split('/')[0];
        var content = File.ReadAllText(folder.PathOf(file));
        var found = 0;
        for (var length = 0; length <= content.Length; length += 13)
        {
            folder.Write(file, content[..length]);
            var subject = ConfigurationAuditor.Audit(folder.PathOf(file), software, new OpenSslExpander());
            Assert.True(subject.Error is not null || subject.Verdict is not null);
            found += subject.Verdict is null ? 0 : 1;
        }
        Assert.True(found > 0 || file == "master.cf" || content.Length == 0, "no truncation gave a result");
    }

    [Theory]
    [InlineData("nginx", "http { include self.conf; server { listen 443 ssl; } }")]
    [InlineData("apache", "Listen 443\nInclude self.conf\n<VirtualHost *:443>\nSSLEngine on\n</VirtualHost>")]
    [InlineData("dovecot", "ssl = yes\n!include self.conf")]
    public void Audit_FileThatIncludesItself_IsReadOnceAndNoted(string software, string content)
    {
        _folder.Write("self.conf", content);

        var subject = ConfigurationAuditor.Audit(_folder.PathOf("self.conf"), software, new OpenSslExpander());

        Assert.Null(subject.Error);
        Assert.Single(subject.Configuration!.Files);
        var finding = Assert.Single(subject.Findings, finding => finding.Message.Contains("includes itself", StringComparison.Ordinal));
        Assert.Equal(FindingLevel.Unexamined, finding.Level);
    }

    [Fact]
    public void Audit_FilesThatIncludeEachOtherTwice_AreBounded()
    {
        // Without a bound this would be 2^40 files.
        for (var i = 0; i < 40; i++) _folder.Write($"{i}.conf", $"include {i + 1}.conf;\ninclude {i + 1}.conf;\n");
        _folder.Write("nginx.conf", "http { server { listen 443 ssl; } include 0.conf; }");
        var watch = Stopwatch.StartNew();

        var subject = ConfigurationAuditor.Audit(_folder.PathOf("nginx.conf"), null, new OpenSslExpander());

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Contains(subject.Findings, finding => finding.Message.Contains("was not read: includes are followed", StringComparison.Ordinal));
    }

    [Fact]
    public void Audit_HugeFile_IsRefusedWithoutReadingIt()
    {
        using (var file = File.Create(_folder.PathOf("huge.conf"))) file.SetLength(100 * 1024 * 1024);

        Assert.Contains("larger than 8192 KB", Audit("huge.conf", null), StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_LargeFileOfOneLine_EndsSoon()
    {
        _folder.Write("line.conf", "http { server { listen 443 ssl; " + string.Concat(Enumerable.Repeat("add_header x \"{\" ; ", 300_000)));
        var watch = Stopwatch.StartNew();

        var subject = ConfigurationAuditor.Audit(_folder.PathOf("line.conf"), null, new OpenSslExpander());

        Assert.NotNull(subject.Verdict);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Audit_VariablesThatDoubleEachTime_AreBounded()
    {
        var defines = string.Concat(Enumerable.Range(1, 60).Select(i => $"Define V{i} \"${{V{i - 1}}}${{V{i - 1}}}\"\n"));
        _folder.Write("httpd.conf", $"Listen 443\nDefine V0 aaaaaaaaaa\n{defines}SSLEngine on\nSSLCipherSuite ${{V60}}\n");

        var subject = ConfigurationAuditor.Audit(_folder.PathOf("httpd.conf"), null, new OpenSslExpander());

        Assert.NotNull(subject.Verdict);
        Assert.InRange(subject.Configuration!.Services[0].CipherString.Value.Length, 1, 100_000);
    }

    [Fact]
    public void Audit_MistakesWithoutEnd_AreCountedToABound()
    {
        _folder.Write("nginx.conf", "http { server { listen 443 ssl; } }\n" + string.Concat(Enumerable.Repeat("}\n", 100_000)));

        var subject = ConfigurationAuditor.Audit(_folder.PathOf("nginx.conf"), null, new OpenSslExpander());

        Assert.InRange(subject.Configuration!.Gaps.Count, 2, 300);
    }

    [Theory]
    [InlineData("nginx", "{")]
    [InlineData("dovecot", "a {\n")]
    [InlineData("apache", "<Directory />\n")]
    public void Audit_BlocksWithoutEnd_AreAnError(string software, string open)
    {
        _folder.Write("deep.conf", string.Concat(Enumerable.Repeat(software == "nginx" ? "a {" : open, 10_000)));

        Assert.Contains("deep in each other", Audit("deep.conf", software), StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_Directory_SaysWhichFileToName()
    {
        Directory.CreateDirectory(_folder.PathOf("empty"));
        Assert.Contains("Name the file", Audit("empty", null), StringComparison.Ordinal);

        _folder.Write("two/nginx.conf", "");
        _folder.Write("two/haproxy.cfg", "");
        Assert.Contains("Name one of", Audit("two", null), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero", "larger than 8192 KB")]
    [InlineData("no-such-file", "does not exist")]
    public void Audit_NoRegularFile_IsAnError(string path, string reason) =>
        Assert.Contains(reason, Audit(path, null), StringComparison.Ordinal);

    [Fact]
    public void Audit_NamedPipe_IsAnErrorWithinSeconds()
    {
        using (var made = Process.Start("mkfifo", _folder.PathOf("pipe"))) made.WaitForExit();

        Assert.Contains("named pipe", Audit("pipe", "nginx"), StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_UnknownSoftware_NamesTheKnownOnes()
    {
        _folder.Write("x.conf", "listen 443 ssl;");

        Assert.Contains("nginx, haproxy, apache, postfix, dovecot", Audit("x.conf", "lighttpd"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nginx/good", "nginx.conf")]
    [InlineData("nginx/bad", "sites-enabled/legacy.conf")]
    [InlineData("haproxy/good", "haproxy.cfg")]
    [InlineData("apache/good", "apache2.conf")]
    [InlineData("apache/bad", "sites-enabled/default-ssl.conf")]
    [InlineData("postfix/good", "main.cf")]
    [InlineData("postfix/bad", "master.cf")]
    [InlineData("dovecot/good", "dovecot.conf")]
    [InlineData("dovecot/bad", "conf.d/10-ssl.conf")]
    public void Recognise_FilesOfEach_IsTheirProgram(string data, string file)
    {
        var path = Path.Combine(AuditedFolder.DataPath(data), file);
        Assert.Equal(data.Split('/')[0], ConfigurationAuditor.Recognise(path));
    }

    [Theory]
    [InlineData("// ours\n/* and\n more */\n{ \"Tokens\": {} }", "fsp")]
    [InlineData("Dear all,\nplease find attached\n", null)]
    public void Recognise_OursAndProse_AreToldApart(string content, string? expected)
    {
        Assert.Equal(expected, ConfigurationAuditor.Recognise(_folder.Write("file", content)));
    }

    private string Audit(string file, string? software)
    {
        var subject = ConfigurationAuditor.Audit(Path.Combine(_folder.Root, file), software, new OpenSslExpander());
        Assert.Null(subject.Verdict);
        return subject.Error!;
    }
}
