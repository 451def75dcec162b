using ForwardSecretProxy.Audit.Checks;

namespace ForwardSecretProxy.FunctionalTests.Audit.Servers;

public sealed class CatalogueTests
{
    [Fact]
    public void Weaknesses_OfAnyServer_AreIdsOfChecks()
    {
        var checks = EndpointChecks.All.Select(check => check.Description.Id).ToHashSet();

        Assert.All(Catalogue.All.SelectMany(entry => entry.Weaknesses), weakness => Assert.Contains(weakness, checks));
    }

    [Fact]
    public void Names_All_AreDifferent() => Assert.Distinct(Catalogue.All.Select(entry => entry.Name));
}
