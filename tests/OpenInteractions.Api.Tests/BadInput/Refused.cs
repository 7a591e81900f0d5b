using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>What every refusal has: a status of the client's side, the error shape, words that help, and nothing from inside.</summary>
internal static class Refused
{
    private static readonly string[] Inside = ["Exception", "   at ", ".cs:", "OpenInteractions.", "System.", "Microsoft.", "SQLite"];

    /// <summary>What is wrong with an answer to a request that is wrong, or null.</summary>
    public static string? Fault(Answer answer, string? code = null)
    {
        if (answer.Status is < 400 or > 499)
        {
            return $"status {answer.Status}: {answer.Text}";
        }

        if (answer.Header("content-type") is not "application/json")
        {
            return $"content type {answer.Header("content-type")}: {answer.Text}";
        }

        if (answer.Json.EnumerateObject().Select(m => m.Name).SingleOrDefault() != "error"
            || !answer.Json.GetProperty("error").EnumerateObject().Select(m => m.Name).Order().SequenceEqual(["code", "message"]))
        {
            return $"shape {answer.Text}";
        }

        return answer.ErrorMessage.Length is < 10 or > 2000 ? $"message of {answer.ErrorMessage.Length} characters: {answer.Text}"
            : Inside.FirstOrDefault(i => answer.ErrorMessage.Contains(i, StringComparison.Ordinal)) is { } told ? $"tells '{told}': {answer.Text}"
            : code is not null && answer.ErrorCode != code ? $"code {answer.ErrorCode}: {answer.Text}"
            : answer.Header("x-request-id") is null ? "no request id"
            : null;
    }
}
