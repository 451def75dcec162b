using System.Net;
using System.Net.Sockets;
using ForwardSecretProxy.Configuration;

namespace ForwardSecretProxy.Tests.Configuration;

public class AdminReaderTests
{
    [Fact]
    public void Read_NoSection_HasNoAdminListener() => Assert.Null(Read("").Admin);

    [Theory]
    [InlineData("127.0.0.1:9090")]
    [InlineData("127.1.2.3:0")]
    [InlineData("[::1]:9090")]
    [InlineData("[::ffff:127.0.0.1]:9090")]
    public void Read_LoopbackAddress_IsTaken(string address) =>
        Assert.Equal(IPEndPoint.Parse(address), Read($"\"Address\": \"{address}\"").Admin!.Address);

    [Fact]
    public void Read_Socket_IsTaken()
    {
        var address = Read("\"Address\": \"unix:/run/fsp/admin.sock\"").Admin!.Address;

        Assert.Equal("/run/fsp/admin.sock", Assert.IsType<UnixDomainSocketEndPoint>(address).ToString());
        Assert.Equal("unix:/run/fsp/admin.sock", AdminAddress.Format(address));
    }

    [Theory]
    [InlineData("0.0.0.0:9090")]
    [InlineData("[::]:9090")]
    [InlineData("192.0.2.1:9090")]
    public void Read_AddressThatOthersReach_NeedsLeave(string address)
    {
        var problem = OnlyProblem($"\"Address\": \"{address}\"");

        Assert.Equal("Admin:Address", problem.Path);
        Assert.Contains("AllowAnyAddress", problem.Mend, StringComparison.Ordinal);
        Assert.Equal(
            IPEndPoint.Parse(address), Read($"\"Address\": \"{address}\", \"AllowAnyAddress\": true").Admin!.Address);
    }

    [Theory]
    [InlineData("\"Address\": \"localhost:9090\"", "Admin:Address")]
    [InlineData("\"Address\": \"9090\"", "Admin:Address")]
    [InlineData("\"Address\": \"unix:admin.sock\"", "Admin:Address")]
    [InlineData("\"Address\": \"unix:\"", "Admin:Address")]
    [InlineData("\"AllowAnyAddress\": true", "Admin:Address")]
    [InlineData("\"Address\": \"127.0.0.1:1\", \"Adress\": 1", "Admin:Adress")]
    [InlineData("\"Address\": \"127.0.0.1:1\", \"OtlpEndpoint\": \"collector:4318\"", "Admin:OtlpEndpoint")]
    [InlineData("\"Address\": \"127.0.0.1:1\", \"OtlpEndpoint\": \"file:///tmp/x\"", "Admin:OtlpEndpoint")]
    [InlineData("\"Address\": \"127.0.0.1:1\", \"OtlpEndpoint\": \"http://u:secret@h/\"", "Admin:OtlpEndpoint")]
    public void Read_Mistake_NamesTheKey(string section, string path)
    {
        var problem = OnlyProblem(section);

        Assert.Equal(path, problem.Path);
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SocketPathTooLong_IsRefused()
    {
        Assert.NotNull(AdminAddress.Parse("unix:/" + new string('a', 106)));
        Assert.Null(AdminAddress.Parse("unix:/" + new string('a', 107)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/metrics")]
    [InlineData("https://collector.example/otlp/v1/metrics", "https://collector.example/otlp/v1/metrics")]
    public void Read_Collector_GetsThePathOfMetrics(string written, string expected)
    {
        var admin = Read($"\"Address\": \"127.0.0.1:1\", \"OtlpEndpoint\": \"{written}\"").Admin!;

        Assert.Equal(expected, admin.OtlpEndpoint!.AbsoluteUri);
    }

    private static ProxyOptions Read(string section)
    {
        var loaded = Configurations.Load(With(section));
        Assert.Empty(loaded.Context.Problems);
        return loaded.Options!;
    }

    private static ConfigurationProblem OnlyProblem(string section) => Configurations.OnlyProblem(With(section));

    private static string With(string section) => section.Length == 0
        ? Configurations.Good
        : Configurations.With("\"Limits\": { }", $"\"Admin\": {{ {section} }}");
}
