using System.Text;
using ForwardSecretProxy.Signing;
using ForwardSecretProxy.Signing.Pins;

namespace ForwardSecretProxy.Tests.Signing.Pins;

public sealed class PinSourceTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Variable = "PIN_SOURCE_UNDER_TEST";

    private readonly string _directory = Directory.CreateTempSubdirectory("fsp-pin-").FullName;

    [Theory]
    [InlineData("1234", "1234")]
    [InlineData("1234\n", "1234")]
    [InlineData("1234\r\n", "1234")]
    [InlineData("1234\n\n", "1234\n")]
    [InlineData(" 12 34 ", " 12 34 ")]
    public void File_LosesOneLineEndOnly(string content, string expected)
    {
        using var pin = new PinFile(Write(content, OwnerOnly)).Read();

        Assert.Equal(expected, Encoding.UTF8.GetString(pin.Bytes));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void File_OthersHaveRights_IsAnErrorThatNamesTheMend(UnixFileMode extra)
    {
        var path = Write("1234", OwnerOnly | extra);

        var error = Assert.Throws<TokenException>(() => new PinFile(path).Read());

        Assert.Contains($"chmod 600 {path}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ThatIsNone_IsAnErrorThatNamesIt()
    {
        var missing = Path.Combine(_directory, "missing");

        Assert.Contains(missing, Assert.Throws<TokenException>(() => new PinFile(missing).Read()).Message,
            StringComparison.Ordinal);
        Assert.Throws<TokenException>(() => new PinFile(_directory).Read());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Pin.MaxLength + 1)]
    [InlineData(100_000)]
    public void File_EmptyOrTooLong_IsRefused(int length)
    {
        var path = Write(new string('9', length), OwnerOnly);

        Assert.DoesNotContain("999", Assert.Throws<TokenException>(() => new PinFile(path).Read()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_SetVariable_IsRead()
    {
        Environment.SetEnvironmentVariable(Variable, "päß");
        try
        {
            using var pin = new PinEnvironmentVariable(Variable).Read();

            Assert.Equal("päß"u8, pin.Bytes);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, null);
        }

        var error = Assert.Throws<TokenException>(() => new PinEnvironmentVariable(Variable).Read());
        Assert.Contains(Variable, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Credential_InItsDirectory_IsReadWhateverItsMode()
    {
        Write("5678\n", OwnerOnly | UnixFileMode.GroupRead);
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", _directory);
        try
        {
            using var pin = new PinCredential("pin").Read();

            Assert.Equal("5678"u8, pin.Bytes);
            Assert.Throws<TokenException>(() => new PinCredential("../pin").Read());
            Assert.Throws<TokenException>(() => new PinCredential("..").Read());
            Assert.Throws<TokenException>(() => new PinCredential("").Read());
        }
        finally
        {
            Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        }

        var error = Assert.Throws<TokenException>(() => new PinCredential("pin").Read());
        Assert.Contains("LoadCredential=pin", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_TypedKeys_AreThePin()
    {
        using var pin = Prompt("12x\b34\n").Read();

        Assert.Equal("1234"u8, pin.Bytes);
    }

    [Fact]
    public void Prompt_SecondTime_SaysThatItWasNotKept()
    {
        var prompt = Prompt("1\n2\n");
        prompt.Read().Dispose();

        var error = Assert.Throws<TokenException>(() => prompt.Read());
        Assert.Contains("not kept", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompt_NewPinTypedDifferently_IsRefused()
    {
        using var pin = Prompt("12\n12\n", isNew: true).Read();

        Assert.Equal("12"u8, pin.Bytes);
        Assert.Throws<TokenException>(() => Prompt("12\n13\n", isNew: true).Read());
    }

    [Fact]
    public void Pin_Disposed_IsZeroed()
    {
        var pin = Pin.Copy("1234"u8);
        var buffer = pin.Buffer;

        pin.Dispose();

        Assert.All(buffer, value => Assert.Equal(0, value));
        Assert.Equal(0, pin.Length);
        Assert.DoesNotContain("1234", pin.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Held_PromptReadTwice_AsksOnceAndForgetsAtTheEnd()
    {
        var held = new HeldPin(Prompt("1234\n"));
        using (var first = held.Read())
            Assert.Equal("1234", Encoding.UTF8.GetString(first.Bytes));
        using (var second = held.Read())
            Assert.Equal("1234", Encoding.UTF8.GetString(second.Bytes));

        held.Dispose();

        Assert.Throws<TokenException>(held.Read);
    }

    private static PinPrompt Prompt(string typed, bool isNew = false)
    {
        var keys = new Queue<char>(typed);
        return new PinPrompt("PIN", isNew, () => keys.Dequeue() switch
        {
            '\n' => new ConsoleKeyInfo('\r', ConsoleKey.Enter, false, false, false),
            '\b' => new ConsoleKeyInfo('\b', ConsoleKey.Backspace, false, false, false),
            var key => new ConsoleKeyInfo(key, ConsoleKey.None, false, false, false),
        });
    }

    private string Write(string content, UnixFileMode mode)
    {
        var path = Path.Combine(_directory, "pin");
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        return path;
    }
}
