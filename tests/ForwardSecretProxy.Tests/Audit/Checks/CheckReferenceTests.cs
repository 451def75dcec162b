using ForwardSecretProxy.Audit.Checks;
using ForwardSecretProxy.Audit.Configurations;
using ForwardSecretProxy.Auditing;

namespace ForwardSecretProxy.Tests.Audit.Checks;

public class CheckReferenceTests
{
    [Fact]
    public void ToMarkdown_AllChecks_IsThePageInDocs()
    {
        var page = CheckReference.ToMarkdown(
            ("Servers: `fsp audit endpoint`", EndpointChecks.All.Select(check => check.Description)),
            ("Configurations: `fsp audit config`", ConfigurationAuditor.Checks),
            ("Our own configuration: `fsp audit config` on `fsp.jsonc`", OwnChecks.All));
        var path = Repository.PathOf("docs/audit-checks.md");
        // How it is made anew: FSP_WRITE_DOCS=1 dotnet test --filter CheckReferenceTests
        if (Environment.GetEnvironmentVariable("FSP_WRITE_DOCS") == "1")
            File.WriteAllText(path, page);

        Assert.Equal(page, File.ReadAllText(path));
    }
}
