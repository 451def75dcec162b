using System.Net.Sockets;
using System.Text.Json;
using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ForwardSecretProxy.Tests.Logging;

public class LineFormatterTests
{
    private const string Foreign = "Yarp.ReverseProxy.Forwarder.HttpForwarder";

    private static readonly LoggingOptions Default = new() { Section = new ConfigurationBuilder().Build() };
    private static readonly LoggingOptions Everything =
        Default with { Requests = LoggedRequest.Paths, ClientAddresses = LoggedAddress.Full };

    [Fact]
    public void Write_OneOfOurs_IsALineWithTimeLevelCategoryAndNumber()
    {
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: fsp\[1000\] Hello world\n$",
            Write(Default, "fsp", LogLevel.Information, "Hello {Name}", "world"));
    }

    [Fact]
    public void Write_ControlCharacters_CannotBeginAnotherLine()
    {
        var line = Write(Default, "fsp", LogLevel.Information, "Hello {Name}", "a\r\nb\u001b[31m\u0085c");

        Assert.EndsWith("Hello a  b [31m c\n", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogLevel.Information, "")]
    [InlineData(LogLevel.Debug, "")]
    public void Write_FrameworksBelowWarning_IsNothing(LogLevel level, string expected)
    {
        Assert.Equal(expected, Write(Default, Foreign, level, "Proxying to {routeId}", "all"));
        Assert.NotEqual(expected, Write(Everything, Foreign, level, "Proxying to {routeId}", "all"));
    }

    [Fact]
    public void Write_FrameworksWarning_ShowsKnownValuesOnly()
    {
        Assert.Contains("cluster web", Write(Default, Foreign, LogLevel.Warning, "cluster {clusterId}", "web"), StringComparison.Ordinal);
        Assert.Contains("header {key}", Write(Default, Foreign, LogLevel.Warning, "header {key}", "secret"), StringComparison.Ordinal);
        Assert.Contains("header secret", Write(Everything, Foreign, LogLevel.Warning, "header {key}", "secret"), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Exception_ShowsTypesAndHarmlessMessagesInOneLine()
    {
        var exception = new HttpRequestException(HttpRequestError.ConnectionError, "at secret",
            new SocketException((int)SocketError.ConnectionRefused));

        var line = Write(Default, Foreign, LogLevel.Warning, "failed", null, exception);

        Assert.EndsWith(" failed (HttpRequestException: ConnectionError <- SocketException: Connection refused)\n", line, StringComparison.Ordinal);
        Assert.Contains("at secret", Write(Everything, Foreign, LogLevel.Warning, "failed", null, exception), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_UnknownException_SaysWhereInsteadOfWhat()
    {
        var exception = Record.Exception(() => int.Parse("secret", System.Globalization.CultureInfo.InvariantCulture));

        var line = Write(Default, "fsp", LogLevel.Error, "failed", null, exception);

        Assert.Contains("FormatException: in Number.", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Json_HasTheValuesApart()
    {
        var line = Write(Default with { Format = LogFormat.Json }, "fsp", LogLevel.Warning, "Hello {Count}", 3);

        var json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("warning", json.GetProperty("level").GetString());
        Assert.Equal(1000, json.GetProperty("event").GetInt32());
        Assert.Equal("Hello 3", json.GetProperty("message").GetString());
        Assert.Equal(3, json.GetProperty("fields").GetProperty("Count").GetInt32());
        Assert.False(json.GetProperty("fields").TryGetProperty("{OriginalFormat}", out _));
    }

    [Theory]
    [InlineData(LogLevel.Debug, "<7>fsp[1000] Hello world\n")]
    [InlineData(LogLevel.Information, "<6>fsp[1000] Hello world\n")]
    [InlineData(LogLevel.Warning, "<4>fsp[1000] Hello world\n")]
    [InlineData(LogLevel.Error, "<3>fsp[1000] Hello world\n")]
    [InlineData(LogLevel.Critical, "<2>fsp[1000] Hello world\n")]
    public void Write_Journald_BeginsWithThePriority(LogLevel level, string expected)
    {
        Assert.Equal(expected, Write(Default with { Target = LogTarget.Journald }, "fsp", level, "Hello {Name}", "world"));
    }

    private static string Write(
        LoggingOptions options, string category, LogLevel level, string template, object? value, Exception? exception = null)
    {
        var formatter = new LineFormatter(new LiveLogging(options));
        using var writer = new StringWriter();
        var logger = new Capture((state, text) => formatter.Write(
            new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(level, category, new EventId(1000), state, exception, (_, _) => text),
            null, writer));
#pragma warning disable CA1848, CA2254 // The template is the test's.
        logger.Log(level, template, value is null ? [] : [value]);
#pragma warning restore CA1848, CA2254
        return writer.ToString();
    }

    private sealed class Capture(Action<IReadOnlyList<KeyValuePair<string, object?>>, string> write) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            write((IReadOnlyList<KeyValuePair<string, object?>>)state!, formatter(state, null));
    }
}
