using ForwardSecretProxy.Audit.Reports;
using ForwardSecretProxy.Cli;
using ForwardSecretProxy.Tests.Audit.Reports;

namespace ForwardSecretProxy.Tests.Cli;

public sealed class AuditBaselineTests : IDisposable
{
    private readonly FileInfo _file = new(Path.GetTempFileName());

    public void Dispose() => _file.Delete();

    [Fact]
    public void Read_WhatJsonWrote_IsTheReport()
    {
        var read = Read(AuditFormats.Write(AuditFormats.Json, SampleReports.Bad()));

        Assert.Empty(BaselineComparison.Of(read, SampleReports.Bad()).Changes);
        Assert.NotEmpty(BaselineComparison.Of(read, SampleReports.Good()).Changes);
    }

    [Theory]
    [InlineData("", "is not what")]
    [InlineData("[]", "is not what")]
    [InlineData("{}", "is not what")]
    [InlineData("{\"schema\":1}", "is not what")]
    [InlineData("{\"schema\":\"fsp-audit/0\"}", "is of the version fsp-audit/0, and this program reads fsp-audit/1")]
    [InlineData("{\"schema\":\"fsp-audit/1\"}", "is not what")]
    public void Read_SomethingElse_SaysWhatItIs(string content, string message)
    {
        var failure = Assert.Throws<CommandFailedException>(() => Read(content));

        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownSuite_SaysWhere()
    {
        var content = AuditFormats.Write(AuditFormats.Json, SampleReports.Bad()).Replace("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_NO_SUCH", StringComparison.Ordinal);

        Assert.Contains("$.subjects[0].endpoint.versions", Assert.Throws<CommandFailedException>(() => Read(content)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CutOffAnywhere_IsAUsageError()
    {
        var content = AuditFormats.Write(AuditFormats.Json, SampleReports.Configuration()).TrimEnd();

        for (var length = 0; length < content.Length; length += 7)
            Assert.Equal(ExitCode.Usage, Assert.Throws<CommandFailedException>(() => Read(content[..length])).ExitCode);
    }

    private AuditReport Read(string content)
    {
        File.WriteAllText(_file.FullName, content);
        return AuditBaseline.Read(_file);
    }
}
