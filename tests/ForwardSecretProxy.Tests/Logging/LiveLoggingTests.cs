using ForwardSecretProxy.Configuration;
using ForwardSecretProxy.Logging;
using ForwardSecretProxy.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ForwardSecretProxy.Tests.Logging;

public class LiveLoggingTests
{
    [Fact]
    public void Apply_OtherSettings_ChangesThemAndTheLevelsOfLoggersThatExist()
    {
        var live = new LiveLogging(Options());
        using var services = new ServiceCollection().AddLogging(logging => logging.AddStandardError(live)).BuildServiceProvider();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("fsp");
        Assert.False(logger.IsEnabled(LogLevel.Debug));

        live.Apply(Options(("FSP_Logging__LogLevel__fsp", "Debug"), ("FSP_Logging__Requests", "summary")));

        Assert.True(logger.IsEnabled(LogLevel.Debug));
        Assert.Equal(LoggedRequest.Summary, live.Current.Requests);
        live.Apply(Options());
        Assert.False(logger.IsEnabled(LogLevel.Debug));
    }

    [Theory]
    [InlineData("FSP_Logging__ClientAdresses", "full")]
    [InlineData("FSP_Logging__Debug__LogLevel__Default", "Debug")]
    public void Read_UnknownKey_IsAnError(string variable, string value)
    {
        Assert.Contains("there is no such key", Configurations.OnlyProblem(Configurations.Good, (variable, value)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LevelsOfAnyCategory_AreTaken()
    {
        Assert.Empty(Configurations.Load(Configurations.Good,
            ("FSP_Logging__LogLevel__Any.Name", "Debug"), ("FSP_Logging__Console__LogLevel__Default", "Debug")).Context.Problems);
    }

    private static LoggingOptions Options(params (string, string)[] environment) =>
        Configurations.Load(Configurations.Good, environment).Options!.Logging;
}
