using System.Diagnostics;
using System.Text;
using ForwardSecretProxy.Redirecting;

namespace ForwardSecretProxy.Tests.Redirecting;

public sealed class ChallengeFolderTests : IDisposable
{
    private const string Token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA";

    private readonly string _root = Directory.CreateTempSubdirectory("fsp-acme-").FullName;
    private readonly string _folder;

    public ChallengeFolderTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_root, "challenges")).FullName;
        File.WriteAllText(Path.Combine(_root, "secret"), "the PIN");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Read_Token_IsTheFilesContent()
    {
        File.WriteAllText(Path.Combine(_folder, Token), Token + ".key");

        Assert.Equal(Token + ".key", Encoding.ASCII.GetString(ChallengeFolder.Read(_folder, Token)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../secret")]
    [InlineData("..%2fsecret")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a.txt")]
    [InlineData("a\\b")]
    [InlineData("a\0")]
    [InlineData("ä")]
    public void Read_NoToken_IsNotLookedFor(string token)
    {
        File.WriteAllText(Path.Combine(_folder, "a.txt"), "there");
        Assert.Null(ChallengeFolder.Read(_folder, token));
    }

    [Fact]
    public void Read_LinkOutOfTheFolder_IsNotFollowed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, Token), Path.Combine(_root, "secret"));
        // The control: it is there, and who follows it gets it.
        Assert.Equal("the PIN", File.ReadAllText(Path.Combine(_folder, Token)));

        Assert.Null(ChallengeFolder.Read(_folder, Token));
    }

    [Fact]
    public void Read_TooLargeOrEmpty_IsNothing()
    {
        File.WriteAllText(Path.Combine(_folder, "large"), new string('x', 1025));
        File.WriteAllText(Path.Combine(_folder, "most"), new string('x', 1024));
        File.WriteAllText(Path.Combine(_folder, "empty"), "");

        Assert.Null(ChallengeFolder.Read(_folder, "large"));
        Assert.Equal(1024, ChallengeFolder.Read(_folder, "most")!.Length);
        Assert.Null(ChallengeFolder.Read(_folder, "empty"));
    }

    [Fact]
    public async Task Read_WhatIsNoFile_IsNothingAndIsNotWaitedFor()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "folder"));
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(_folder, "pipe")]))
            await mkfifo.WaitForExitAsync();
        Assert.True(File.Exists(Path.Combine(_folder, "pipe")));

        foreach (var name in (string[])["folder", "pipe", "missing"])
            Assert.Null(await Task.Run(() => ChallengeFolder.Read(_folder, name)).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Read_NoFolder_IsNothing() => Assert.Null(ChallengeFolder.Read(Path.Combine(_root, "none"), Token));
}
