using System.Globalization;
using System.Text.Json;

namespace ForwardSecretProxy.Audit.Watching;

/// <summary>Keeps a watch's state in a file, which is always whole: a new one takes the old one's place in one step.</summary>
/// <param name="path">The file.</param>
internal sealed class WatchStateFile(string path)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    // Whoever reads it learns when the server's keys changed, and whoever writes it what the report says.
    private static FileStreamOptions OwnersOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    /// <summary>Reads it.</summary>
    /// <param name="server">The server that it has to be of.</param>
    /// <returns>Null when there is no such file yet.</returns>
    /// <exception cref="WatchStateException">It cannot be read, or is of another server or format.</exception>
    public WatchState? Read(string server)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            var json = File.ReadAllBytes(path);
            // Of another version nothing else needs to be as it is here.
            if (JsonSerializer.Deserialize<Versioned>(json, Format)?.Version is { } version and not WatchState.CurrentVersion)
            {
                throw new WatchStateException(string.Create(CultureInfo.InvariantCulture,
                    $"{path} was written by another version of this program (it has format {version}, and this one {WatchState.CurrentVersion}). Name another file with --state."));
            }

            var state = JsonSerializer.Deserialize<WatchState>(json, Format)
                ?? throw new WatchStateException($"{path} is empty. Delete it, or name another file with --state.");
            return state.Server == server ? state
                : throw new WatchStateException($"{path} is of another server ({state.Server}). Name another file with --state.");
        }
        catch (JsonException exception)
        {
            throw new WatchStateException($"{path} is no state of a watch. Delete it, or name another file with --state.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WatchStateException($"{path} cannot be read: {exception.Message} Mend that, or name another file with --state.", exception);
        }
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="WatchStateException">It cannot be written.</exception>
    public void Write(WatchState state)
    {
        var next = path + ".new";
        try
        {
            // One that an interrupted program left may be anybody's to read.
            File.Delete(next);
            using (var stream = new FileStream(next, OwnersOnly()))
            {
                JsonSerializer.Serialize(stream, state, Format);
                stream.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WatchStateException($"{path} cannot be written: {exception.Message} Mend that, or name another file with --state.", exception);
        }
    }

    private sealed record Versioned(int? Version);
}
