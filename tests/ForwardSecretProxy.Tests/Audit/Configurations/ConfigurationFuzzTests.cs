using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Auditing;
using Xunit.Abstractions;

namespace ForwardSecretProxy.Tests.Audit.Configurations;

/// <summary>
/// Configurations damaged at random: every reader comes to a verdict or an error.
/// <c>FSP_FUZZ_SECONDS=600 dotnet test tests/ForwardSecretProxy.Tests -c Release --filter ConfigurationFuzzTests</c> for as long as one likes.
/// </summary>
public class ConfigurationFuzzTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("nginx", "nginx.conf", "sites-enabled/legacy.conf")]
    [InlineData("haproxy", "haproxy.cfg", "haproxy.cfg")]
    [InlineData("apache", "apache2.conf", "sites-enabled/default-ssl.conf")]
    [InlineData("postfix", "main.cf", "master.cf")]
    [InlineData("dovecot", "dovecot.conf", "conf.d/10-ssl.conf")]
    public async Task Audit_DamagedFiles_EndsWithAResultOrAnError(string software, string main, string other)
    {
        using var folder = new ConfigurationFolder(AuditedFolder.DataPath($"{software}/bad"));
        string[] files = [main, other];
        byte[][] good = [.. files.Select(file => File.ReadAllBytes(folder.PathOf(file)))];
        var verdicts = 0;
        var count = await FuzzRun.RunAsync(seed =>
        {
            var random = new Random(seed);
            for (var at = 0; at < files.Length; at++)
                File.WriteAllBytes(folder.PathOf(files[at]), FuzzRun.Damage(good[at], good, random));
            var subject = ConfigurationAuditor.Audit(folder.PathOf(main), software, new OpenSslExpander());
            Assert.True(subject.Error is null != subject.Verdict is null, $"{subject.Error} {subject.Verdict}");
            verdicts += subject.Verdict is null ? 0 : 1;
            return Task.CompletedTask;
        });

        output.WriteLine($"{count} configurations, {verdicts} with a verdict");
        Assert.True(FuzzRun.IsRepetition || verdicts > 0);
    }
}
