using System.Collections;
using System.Globalization;
using System.Text;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Listeners;
using YamlDotNet.RepresentationModel;

namespace ForwardSecretProxy.Tests.Configuration;

/// <summary>The manifests in <c>config/kubernetes</c>: that they hold together, and keep to the restricted standard.</summary>
public class KubernetesTests
{
    private static readonly IReadOnlyList<YamlNode> Manifests =
    [
        .. Directory.EnumerateFiles(Repository.PathOf("config/kubernetes"), "*.yaml").Order().SelectMany(Documents),
    ];

    [Fact]
    public void Configuration_InTheConfigMap_HasNoProblem() => Assert.Empty(Load().Context.Problems);

    [Fact]
    public void Ports_OfAllManifests_AreThoseOfTheConfiguration()
    {
        var options = Load().Options!;
        var https = Port(options.Listeners.Single().Address.Port);
        var admin = Port(((System.Net.IPEndPoint)options.Admin!.Address).Port);
        var ports = List(Container(), "ports").ToDictionary(port => Text(port, "name"), port => Text(port, "containerPort"));
        var ingress = List(Find("NetworkPolicy"), "spec", "ingress").ToList();

        Assert.Equal(https, ports["https"]);
        Assert.Equal(admin, ports["admin"]);
        Assert.Equal("https", Text(List(Find("Service"), "spec", "ports").Single(), "targetPort"));
        Assert.Equal(https, Text(List(ingress.Single(rule => !Has(rule, "from")), "ports").Single(), "port"));
        Assert.Equal(admin, Text(List(ingress.Single(rule => Has(rule, "from")), "ports").Single(), "port"));
        Assert.Equal(admin, Text(Find("Deployment"), "spec", "template", "metadata", "annotations", "prometheus.io/port"));
    }

    [Theory]
    [InlineData("livenessProbe", "/healthz")]
    [InlineData("startupProbe", "/healthz")]
    [InlineData("readinessProbe", "/readyz")]
    public void Probe_OfTheContainer_AsksTheAdminListener(string probe, string path)
    {
        Assert.Equal(path, Text(Container(), probe, "httpGet", "path"));
        Assert.Equal("admin", Text(Container(), probe, "httpGet", "port"));
    }

    [Fact]
    public void Pod_RestrictedStandard_IsKept()
    {
        // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
        var pod = Node(Find("Deployment"), "spec", "template", "spec");

        Assert.Equal("restricted", Text(Find("Namespace"), "metadata", "labels", "pod-security.kubernetes.io/enforce"));
        Assert.Equal("true", Text(pod, "securityContext", "runAsNonRoot"));
        Assert.NotEqual("0", Text(pod, "securityContext", "runAsUser"));
        Assert.Equal("RuntimeDefault", Text(pod, "securityContext", "seccompProfile", "type"));
        Assert.Equal("false", Text(Container(), "securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("true", Text(Container(), "securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("ALL", List(Container(), "securityContext", "capabilities", "drop").Single().ToString());
        Assert.False(Has(Node(Container(), "securityContext", "capabilities"), "add"));
        foreach (var forbidden in (string[])["hostNetwork", "hostPID", "hostIPC"])
            Assert.False(Has(pod, forbidden), forbidden);
        Assert.All(List(pod, "volumes"), volume => Assert.True(Has(volume, "configMap") || Has(volume, "secret")));
        Assert.Equal("false", Text(pod, "automountServiceAccountToken"));
    }

    [Fact]
    public void Pin_OfTheSecret_IsWhereTheConfigurationLooks()
    {
        var directory = List(Container(), "env").Single(variable => Text(variable, "name") == "CREDENTIALS_DIRECTORY");
        var volume = List(Node(Find("Deployment"), "spec", "template", "spec"), "volumes").Single(each => Has(each, "secret"));
        var mount = List(Container(), "volumeMounts").Single(each => Text(each, "name") == Text(volume, "name"));

        Assert.Equal("PinCredential", Load().Options!.Tokens.Single().PinKey);
        Assert.Equal(Text(directory, "value"), Text(mount, "mountPath"));
        Assert.Equal(Text(Find("Secret"), "metadata", "name"), Text(volume, "secret", "secretName"));
        Assert.True(Has(Node(Find("Secret"), "stringData"), "fsp-pin"));
        Assert.Contains("\"PinCredential\": \"fsp-pin\"", ConfigurationText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_OfAPod_HasTimeForTheDrain()
    {
        var pod = Node(Find("Deployment"), "spec", "template", "spec");
        var wait = Seconds(Text(Container(), "lifecycle", "preStop", "sleep", "seconds"));

        Assert.True(Seconds(Text(pod, "terminationGracePeriodSeconds")) > wait + Load().Options!.Limits.DrainTimeout);
    }

    [Fact]
    public void Affinity_OfTheService_LastsAsLongAsTickets()
    {
        var affinity = Text(Find("Service"), "spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds");

        Assert.Equal(Load().Options!.Tls.Resumption.Lifetime, Seconds(affinity));
    }

    [Fact]
    public void Sessions_OfAllPods_AreWhatTheReadmeSays()
    {
        var most = int.Parse(Text(Find("HorizontalPodAutoscaler"), "spec", "maxReplicas"), CultureInfo.InvariantCulture) + 1;
        var sessions = Load().Options!.Tokens.Single().Options.Sessions;

        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"{most} x {sessions} = {most * sessions}"),
            File.ReadAllText(Path.Combine(Repository.PathOf("config/kubernetes"), "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Metric_OfTheAutoscaler_IsTheAdaptersOfOurs()
    {
        var rule = List(Manifests.Single(manifest => Has(manifest, "rules")), "rules", "custom").Single();
        var metric = List(Find("HorizontalPodAutoscaler"), "spec", "metrics").Single();

        Assert.Equal(Text(rule, "name", "as"), Text(metric, "pods", "metric", "name"));
        // As the Prometheus exporter writes the counter's name.
        var exported = TlsMetrics.HandshakesName.Replace('.', '_') + "_total";
        Assert.StartsWith(exported + "{", Text(rule, "seriesQuery"), StringComparison.Ordinal);
        Assert.Contains(exported, Text(rule, "metricsQuery"), StringComparison.Ordinal);
        Assert.Contains(TlsMetrics.ResumedLabel.Replace('.', '_') + "=\"false\"", Text(rule, "metricsQuery"), StringComparison.Ordinal);
    }

    [Fact]
    public void Selectors_OfAllManifests_MatchThePods()
    {
        var label = Text(Find("Deployment"), "spec", "template", "metadata", "labels", "app.kubernetes.io/name");

        Assert.Equal(label, Text(Find("Deployment"), "spec", "selector", "matchLabels", "app.kubernetes.io/name"));
        Assert.Equal(label, Text(Find("Service"), "spec", "selector", "app.kubernetes.io/name"));
        Assert.Equal(label, Text(Find("PodDisruptionBudget"), "spec", "selector", "matchLabels", "app.kubernetes.io/name"));
        Assert.Equal(label, Text(Find("NetworkPolicy"), "spec", "podSelector", "matchLabels", "app.kubernetes.io/name"));
    }

    private static LoadedConfiguration Load() =>
        ConfigurationLoader.Load(Encoding.UTF8.GetBytes(ConfigurationText()), "/etc/fsp", new Hashtable());

    private static string ConfigurationText() => Text(
        Manifests.Single(manifest => Has(manifest, "data") && Has(Node(manifest, "data"), "fsp.jsonc")), "data", "fsp.jsonc");

    private static YamlNode Container() => List(Find("Deployment"), "spec", "template", "spec", "containers").Single();

    private static YamlNode Find(string kind) =>
        Manifests.Single(manifest => Has(manifest, "kind") && Text(manifest, "kind") == kind);

    private static bool Has(YamlNode node, string key) => ((YamlMappingNode)node).Children.ContainsKey(key);

    private static YamlNode Node(YamlNode node, params IEnumerable<string> path) =>
        path.Aggregate(node, (at, key) => ((YamlMappingNode)at).Children[key]);

    private static string Text(YamlNode node, params IEnumerable<string> path) => ((YamlScalarNode)Node(node, path)).Value!;

    private static IEnumerable<YamlNode> List(YamlNode node, params IEnumerable<string> path) => ((YamlSequenceNode)Node(node, path)).Children;

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture));

    private static IEnumerable<YamlNode> Documents(string file)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(file);
        stream.Load(reader);
        return stream.Documents.Select(document => document.RootNode);
    }
}
