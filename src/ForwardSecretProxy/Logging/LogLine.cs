using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ForwardSecretProxy.Logging;

/// <summary>An event that is ready to be written: nothing is left in it that must not be.</summary>
/// <param name="Time">UTC, ISO 8601.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Category">Who says it.</param>
/// <param name="Event">Its number, by which the operations handbook explains it.</param>
/// <param name="Message">For people.</param>
/// <param name="Values">For programs: what is filled in in the message.</param>
/// <param name="Exception">What went wrong underneath.</param>
internal sealed record LogLine(
    string Time,
    LogLevel Level,
    string Category,
    EventId Event,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Values,
    string? Exception)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The widths of SimpleConsole, which people know.
    private string LevelName => Level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };

    /// <summary>Time, level, category, number and message, with the line's end.</summary>
    public void WriteText(TextWriter writer, bool withTime)
    {
        if (withTime)
            writer.Write($"{Time} {LevelName}: ");
        writer.Write($"{Category}[{Event.Id}] ");
        WriteOneLine(writer, Message);
        if (Exception is not null)
        {
            writer.Write(" (");
            WriteOneLine(writer, Exception);
            writer.Write(')');
        }

        writer.WriteLine();
    }

    /// <summary>The same as a JSON object.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", Time);
            json.WriteString("level", Level.ToString().ToLowerInvariant());
            json.WriteNumber("event", Event.Id);
            json.WriteString("category", Category);
            json.WriteString("message", Message);
            json.WriteStartObject("fields");
            foreach (var (name, value) in Values)
            {
                if (name != "{OriginalFormat}")
                    WriteValue(json, name, value);
            }

            json.WriteEndObject();
            if (Exception is not null)
                json.WriteString("exception", Exception);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case int number: json.WriteNumber(name, number); break;
            case long number: json.WriteNumber(name, number); break;
            case double number: json.WriteNumber(name, number); break;
            case bool flag: json.WriteBoolean(name, flag); break;
            default: json.WriteString(name, value?.ToString()); break;
        }
    }

    // A line must not be able to pretend that another begins, or to move the cursor of a terminal.
    private static void WriteOneLine(TextWriter writer, string text)
    {
        foreach (var character in text)
            writer.Write(char.IsControl(character) ? ' ' : character);
    }
}
