using System.Text;
using ForwardSecretProxy.Rotation;
using static ForwardSecretProxy.Tests.Rotation.Generations;

namespace ForwardSecretProxy.Tests.Rotation;

public sealed class RotationFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("fsp-rotation-");
    private readonly RotationState _state = new RotationState
    {
        Keep = TimeSpan.FromDays(30),
        Next = new NextKey("0b", Now, "/etc/fsp/web.pem.csr"),
        Old = [new OldKey(Make("03").PublicKey!, Now.AddDays(-1))],
    }.Settle(Make("01").PublicKey!, Now);

    private string Chain => Path.Combine(_directory.FullName, "web.pem");

    private string RecordPath => RotationFile.PathFor(Chain);

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Load_NoRecordPathIsTheEmptyState()
    {
        Assert.True(RotationFile.Load(Chain).IsEmpty);
        Assert.True(RotationFile.Load(Path.Combine(_directory.FullName, "no", "web.pem")).IsEmpty);
    }

    [Fact]
    public void Save_ThenLoad_IsTheSame()
    {
        RotationFile.Save(Chain, _state);
        RotationFile.Save(Chain, _state);

        var read = RotationFile.Load(Chain);
        Assert.Equal(_state.Keep, read.Keep);
        Assert.Equal(_state.Next, read.Next);
        Assert.True(read.Current!.Matches(_state.Current!));
        Assert.True(Assert.Single(read.Old).PublicKey.Matches(_state.Old[0].PublicKey));
        Assert.Equal(_state.Old[0].Replaced, read.Old[0].Replaced);
        Assert.Equal([RecordPath], Directory.GetFileSystemEntries(_directory.FullName));
    }

    [Fact]
    public void Save_EmptyState_TakesTheFileAway()
    {
        RotationFile.Save(Chain, _state);
        RotationFile.Save(Chain, _state with { Next = null, Old = [] });

        Assert.False(File.Exists(RecordPath));
    }

    [Fact]
    public void Load_CutOffAnywhere_IsAClearError()
    {
        RotationFile.Save(Chain, _state);
        var whole = File.ReadAllBytes(RecordPath);

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(RecordPath, whole[..length]);
            Assert.Throws<RotationException>(() => RotationFile.Load(Chain));
        }
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "$.version")]
    [InlineData("\"keep\": \"30.00:00:00\"", "\"keep\": \"-30.00:00:00\"", "$.keep")]
    [InlineData("\"id\": \"0b\"", "\"id\": \"xy\"", "$.next.id")]
    [InlineData("\"id\": \"0b\"", "\"id\": null", "$.next")]
    [InlineData("\"current\": \"", "\"current\": \"AAAA", "$.current")]
    [InlineData("\"next\": {", "\"more\": 1, \"next\": {", "more")]
    [InlineData("\"old\": [", "\"older\": [", "old")]
    public void Load_SomethingElse_SaysWhereAndWhatToDo(string written, string found, string place)
    {
        RotationFile.Save(Chain, _state);
        var text = File.ReadAllText(RecordPath);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(RecordPath, text.Replace(written, found, StringComparison.Ordinal));

        var error = Assert.Throws<RotationException>(() => RotationFile.Load(Chain));

        Assert.Contains(RecordPath, error.Message, StringComparison.Ordinal);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains("delete it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_EndlessRecordPathIsNotRead()
    {
        RotationFile.Save(Chain, _state);
        File.AppendAllText(RecordPath, new string(' ', 64 * 1024), Encoding.ASCII);

        Assert.Throws<RotationException>(() => RotationFile.Load(Chain));
    }

    [Fact]
    public void Lock_SecondCommand_IsRefusedUntilTheFirstIsDone()
    {
        using (RotationLock.Take(Chain))
            Assert.Throws<RotationException>(() => RotationLock.Take(Chain));

        RotationLock.Take(Chain).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_directory.FullName));
    }
}
