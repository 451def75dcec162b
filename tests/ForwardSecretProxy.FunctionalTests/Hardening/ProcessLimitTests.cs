using System.Globalization;
using ForwardSecretProxy.FunctionalTests.Fixtures;

namespace ForwardSecretProxy.FunctionalTests.Hardening;

/// <summary>What keeps others of the same user out of a process, beside the same process without it.</summary>
public sealed class ProcessLimitTests : IDisposable
{
    private readonly TemporaryDirectory _files = new();
    private readonly string _configuration;

    public ProcessLimitTests() => _configuration = ProbeProcess.WriteConfiguration(_files);

    [OtherUserFact]
    public async Task Limits_AnotherProcessOfTheSameUser_CannotReadTheMemory()
    {
        await using var restricted = await HoldAsync("limits");
        Assert.NotEqual(0, await ReadMemoryAsync(restricted.Id));

        await using var free = await HoldAsync("none");
        Assert.Equal(0, await ReadMemoryAsync(free.Id));
    }

    [Fact]
    public async Task Limits_CoreFileAndDiagnosticsSocket_AreNotThere()
    {
        await using var restricted = ServerProcess.Start("dotnet",
            [FspProcess.Assembly, .. ProbeProcess.Arguments(_configuration, "limits"), "--hold"]);
        await restricted.WaitForLineAsync(line => line == "}");
        Assert.Equal(["0", "0"], CoreLimits(restricted.Id));
        Assert.Empty(DiagnosticsFiles(restricted.Id));

        await using var free = ServerProcess.Start("dotnet",
            [FspProcess.Assembly, .. ProbeProcess.Arguments(_configuration, "none"), "--hold"]);
        await free.WaitForLineAsync(line => line == "}");
        Assert.NotEmpty(DiagnosticsFiles(free.Id));
    }

    public void Dispose() => _files.Dispose();

    private async Task<ServerProcess> HoldAsync(string apply)
    {
        var probe = ServerProcess.Start("setpriv",
            [.. OtherUserFactAttribute.AsOtherUser, "dotnet", FspProcess.Assembly, .. ProbeProcess.Arguments(_configuration, apply), "--hold"]);
        await probe.WaitForLineAsync(line => line == "}");
        return probe;
    }

    private static async Task<int> ReadMemoryAsync(int process) => (await ProcessRunner.RunAsync("setpriv",
        [.. OtherUserFactAttribute.AsOtherUser, "sh", "-c", string.Create(CultureInfo.InvariantCulture, $"exec 3</proc/{process}/mem")])).ExitCode;

    internal static string[] CoreLimits(int process) =>
        File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/limits"))
            .First(line => line.StartsWith("Max core file size", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4..6];

    internal static string[] DiagnosticsFiles(int process) => Directory.GetFileSystemEntries(
        Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{process}-*"));
}

/// <summary>A test that runs processes as another user, who can read the built program.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OtherUserFactAttribute : FactAttribute
{
    /// <summary>Arguments of setpriv(1).</summary>
    public static readonly IReadOnlyList<string> AsOtherUser = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

    private static readonly Lazy<string?> Reason = new(() =>
        Environment.UserName != "root" ? "Only root can run a process as another user."
        : ProcessRunner.RunAsync("setpriv", [.. AsOtherUser, "test", "-r", FspProcess.Assembly]).GetAwaiter().GetResult().ExitCode != 0
            ? "The built program is in a folder that other users cannot read."
        : null);

    public OtherUserFactAttribute() => Skip = Reason.Value;
}
