using ForwardSecretProxy.Audit.Findings;

namespace ForwardSecretProxy.Audit.Configurations.Files;

/// <summary>Looks at files with ticket keys from outside; what is in them is not read.</summary>
internal static class TicketKeyFiles
{
    /// <summary>Its age and permissions.</summary>
    public static TicketKeyFile Observe(string path, SourceLocation location)
    {
        try
        {
            if (!File.Exists(path)) return new TicketKeyFile(path, location) { Problem = "it is not there, or this user may not look" };
            var permissions = BoundedFile.Permissions(path);
            return new TicketKeyFile(path, location)
            {
                WrittenAt = File.GetLastWriteTimeUtc(path),
                Mode = permissions?.Mode,
                IsWorldReadable = permissions?.IsWorldReadable ?? false,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new TicketKeyFile(path, location) { Problem = exception.Message.TrimEnd('.') };
        }
    }
}
