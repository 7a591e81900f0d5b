using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Credentials;

/// <summary>Seals what credentials hold, and opens it. A row that is moved to another id or project opens to nothing.</summary>
internal sealed partial class SealedCredentials(ISecretBox box, ILogger<SealedCredentials> logger)
{
    public byte[] Seal(string project, string id, CredentialContent content)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("spec"u8);
            JsonSerializer.Serialize(writer, content.Spec, WireJson.Wire.CredentialSpec);
            if (content.Access is { } access)
            {
                writer.WriteString("access_token"u8, access.Token);
                writer.WriteNumber("usable_until"u8, access.UsableUntil.ToUnixTimeMilliseconds());
            }

            writer.WriteEndObject();
        }

        return box.Seal(Purpose(project, id), json.WrittenSpan);
    }

    /// <exception cref="ApiException">It was sealed with another key.</exception>
    public CredentialContent Open(StoredCredential credential)
    {
        byte[] json;
        try
        {
            json = box.Open(Purpose(credential.Project, credential.Id), credential.Sealed.Span);
        }
        catch (SecretLostException exception)
        {
            LogLost(exception, credential.Project, credential.Id);
            throw new ApiException(
                ErrorCode.FailedPrecondition, $"The secret of the credential '{credential.Id}' cannot be opened any more: the server's key is another one. Delete the credential and make it again.", "id");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var content = document.RootElement;
            return new CredentialContent(
                content.GetProperty("spec"u8).Deserialize(WireJson.Wire.CredentialSpec)!,
                content.TryGetProperty("access_token"u8, out var token)
                    ? new AccessToken(token.GetString()!, DateTimeOffset.FromUnixTimeMilliseconds(content.GetProperty("usable_until"u8).GetInt64()))
                    : null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    private static string Purpose(string project, string id) => $"credential/{project}/{id}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "The credential {Id} of project {Project} cannot be opened")]
    private partial void LogLost(Exception exception, string project, string id);
}
