using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>What goes wrong with environments, in words for callers.</summary>
public static class EnvironmentFaults
{
    private const int NoEntry = 2, NoAccess = 13, Exists = 17, NotDirectory = 20, IsDirectory = 21, Invalid = 22, TooBig = 27, NoSpace = 28, ReadOnly = 30, NameTooLong = 36, NotEmpty = 39, TooManyLinks = 40, Quota = 122;

    /// <summary>What is said of an environment whose disk somebody else wrote; the log has the place.</summary>
    internal const string BadDisk = "its disk is not laid out as disks are here: a link, or a file of another owner, is in a place of the system. It was changed by hand, or by another host.";

    /// <summary>There is none (behaviour EN-2, EN-10).</summary>
    public static ApiException NotFound(string id, string field) => new(
        ErrorCode.NotFound, $"There is no environment '{Excerpt.Of(id, 100)}'. Use the id as it was returned; an environment that was not used for long is gone.", field);

    /// <summary>It cannot be used any more.</summary>
    public static ApiException Failed(StoredEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new ApiException(ErrorCode.FailedPrecondition, $"The environment '{environment.Id}' cannot be used: {environment.Failure} Make a new one: where a checkpoint is left ('GET /v1/environments/{environment.Id}/checkpoints'), with its files by 'from_interaction'.");
    }

    /// <summary>The worker that has its disk is not connected.</summary>
    public static ApiException Away(string worker, DateTimeOffset? since) => new(
        ErrorCode.ServiceUnavailable,
        $"The worker '{worker}' is not connected{(since is { } time ? $" since {time:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "")}, and what is asked for is on it. Try again later.",
        retryAfter: TimeSpan.FromSeconds(15));

    /// <summary>The worker that has its disk is away for so long that nobody should wait for it, or was deleted.</summary>
    public static ApiException Lost(StoredEnvironment environment, DateTimeOffset? since)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new ApiException(
            ErrorCode.FailedPrecondition,
            $"The environment '{environment.Id}' is lost: the worker '{environment.Host}' that has its files {(since is { } time ? $"is not connected since {time:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "was deleted")}. "
            + $"Make a new one with the files of its last checkpoint: 'GET /v1/environments/{environment.Id}/checkpoints' lists them, and 'from_interaction' brings one back. Should the worker come back, this one can be used again.",
            "environment");
    }

    /// <summary>Its sandbox does not start. The operator reads why in the log.</summary>
    public static ApiException NotStarted(string id, SandboxException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Kind switch
        {
            SandboxErrorKind.File => OfFile(exception, "a source's target"),
            SandboxErrorKind.BadDisk => new ApiException(ErrorCode.FailedPrecondition, $"The files of '{id}' cannot be used: {BadDisk}"),
            SandboxErrorKind.Refused => new ApiException(ErrorCode.FailedPrecondition, $"The sandbox of '{id}' cannot be started on this server; its log has the reason."),
            _ => new ApiException(ErrorCode.ServiceUnavailable, $"The sandbox of '{id}' cannot be started now; the server's log has the reason. Try again later.", retryAfter: TimeSpan.FromSeconds(2)),
        };
    }

    /// <summary>A file operation failed.</summary>
    /// <param name="exception">How.</param>
    /// <param name="path">Which file, in the caller's words.</param>
    public static ApiException OfFile(SandboxException exception, string path)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(path);
        var shown = Excerpt.Of(path, 200);
        return (exception.Kind, exception.Errno) switch
        {
            (SandboxErrorKind.Ended, _) => new ApiException(ErrorCode.ServiceUnavailable, "The sandbox ended meanwhile. Try again.", retryAfter: TimeSpan.FromSeconds(1)),
            (SandboxErrorKind.File, NoEntry) => new ApiException(ErrorCode.NotFound, $"There is no file or directory '{shown}'.", "path"),
            (SandboxErrorKind.File, Exists or NotEmpty) => new ApiException(ErrorCode.AlreadyExists, $"'{shown}' exists already. Add 'overwrite=true' to replace files.", "path"),
            (SandboxErrorKind.File, NoAccess or 1 or ReadOnly) => new ApiException(ErrorCode.PermissionDenied, $"'{shown}' may not be read or written inside the environment. Its own files are below 'workspace' and 'home/agent'.", "path"),
            (SandboxErrorKind.File, NotDirectory) => new ApiException(ErrorCode.InvalidRequest, $"A part of '{shown}' is no directory.", "path"),
            (SandboxErrorKind.File, IsDirectory) => new ApiException(ErrorCode.InvalidRequest, $"'{shown}' is a directory.", "path"),
            (SandboxErrorKind.File, NoSpace or Quota) => new ApiException(ErrorCode.FailedPrecondition, $"The disk of the environment is full: '{shown}' was not written.", "path"),
            (SandboxErrorKind.File, TooBig) => new ApiException(ErrorCode.InvalidRequest, $"'{shown}' is larger than what is taken.", "path"),
            (SandboxErrorKind.File, Invalid or NameTooLong or TooManyLinks) => new ApiException(ErrorCode.InvalidRequest, $"'{shown}' is no file that can be read or written: it is a device, a socket or a ring of links, or its name is too long.", "path"),
            (SandboxErrorKind.File, var number) => new ApiException(ErrorCode.InvalidRequest, $"'{shown}' cannot be read or written (error {number}).", "path"),
            _ => new ApiException(ErrorCode.InvalidRequest, $"'{shown}' cannot be read or written as asked.", "path"),
        };
    }
}
