using System.Text.Json;
using ForwardSecretProxy.Audit.Reports;

namespace ForwardSecretProxy.Cli;

/// <summary>Reads the report that <c>--baseline</c> names.</summary>
internal static class AuditBaseline
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CommandFailedException">It is no report, or one of another version.</exception>
    public static AuditReport Read(FileInfo file)
    {
        try
        {
            var content = File.ReadAllBytes(file.FullName);
            DemandSchema(file, content);
            using var input = new MemoryStream(content);
            return JsonOutput.Read<AuditReport>(input)!;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"--baseline: {exception.Message}", ExitCode.Usage);
        }
        catch (JsonException exception)
        {
            var place = exception.Path is null or "$" ? "" : $" at {exception.Path}";
            throw new CommandFailedException(
                $"--baseline: {file.Name} is not what `fsp audit --format json` prints{place}; make it anew", ExitCode.Usage);
        }
    }

    // First of all: a document of another version is not broken, but it is not understood either.
    private static void DemandSchema(FileInfo file, byte[] content)
    {
        using var document = JsonDocument.Parse(content);
        var schema = document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("schema", out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new JsonException();
        if (schema != AuditReport.CurrentSchema)
        {
            throw new CommandFailedException(
                $"--baseline: {file.Name} is of the version {DisplayText.OneLine(schema!)}, "
                    + $"and this program reads {AuditReport.CurrentSchema}; "
                + "make it anew", ExitCode.Usage);
        }
    }
}
