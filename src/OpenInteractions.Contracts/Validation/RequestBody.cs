using System.Buffers;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Contracts.Validation;

/// <summary>Reads request bodies strictly: everything that is wrong is named with its place (behaviour TR-4, ER-6).</summary>
public static class RequestBody
{
    private static readonly Shape CreateInteraction = ShapeFactory.Of(typeof(CreateInteractionRequest));

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>What clients of the retired schema are told (behaviour TR-7).</summary>
    public static string LegacySchemaMessage => InputItemShape.LegacyMessage;

    /// <summary>Reads the body of a create.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.ParameterUnknown"/>.</exception>
    public static CreateInteractionRequest ReadCreateInteraction(ReadOnlyMemory<byte> utf8)
    {
        utf8 = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        using (var document = Parse(utf8))
        {
            Check(document.RootElement);
        }

        return JsonSerializer.Deserialize(utf8.Span, WireJson.Wire.CreateInteractionRequest)!;
    }

    /// <summary>Reads the body of another request; one without content is taken as an empty object.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.ParameterUnknown"/>.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        utf8 = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
        utf8 = utf8.IsEmpty ? EmptyObject : utf8;
        using (var document = Parse(utf8))
        {
            ShapeFactory.Of(typeof(T)).Check(document.RootElement, new JsonPath());
        }

        return JsonSerializer.Deserialize(utf8.Span, type)!;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.TrimStart(" \t\r\n"u8).IsEmpty)
        {
            throw new ApiException(ErrorCode.InvalidRequest, "The body is empty: expected a JSON object.");
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The body is not valid UTF-8: see byte {ValidPrefix(utf8.Span) + 1}.");
        }

        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = WireJson.MaxDepth });
        }
        catch (JsonException exception)
        {
            throw new ApiException(ErrorCode.InvalidRequest, TooDeepAt(utf8.Span) is var (line, place)
                ? $"The body is nested deeper than {WireJson.MaxDepth} levels: see line {line}, byte {place}."
                : $"The body is not valid JSON: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    private static void Check(JsonElement body)
    {
        var path = new JsonPath();
        if (body.ValueKind == JsonValueKind.Object && LegacyMember(body, path) is { } legacy)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"'{legacy}' is not a parameter. {LegacySchemaMessage}", legacy);
        }

        CreateInteraction.Check(body, path);
    }

    /// <summary>What only the retired schemas have at the top.</summary>
    private static string? LegacyMember(JsonElement body, JsonPath path) =>
        JsonText.TryFind(body, "contents"u8, path, out _) ? "contents" : JsonText.TryFind(body, "outputs"u8, path, out _) ? "outputs" : null;

    /// <summary>How many bytes are valid from the start.</summary>
    private static int ValidPrefix(ReadOnlySpan<byte> utf8)
    {
        var valid = 0;
        while (Rune.DecodeFromUtf8(utf8[valid..], out _, out var length) == OperationStatus.Done)
        {
            valid += length;
        }

        return valid;
    }

    /// <summary>
    /// Where the first bracket of too many stands, counted from 1; null when there is none. The parser does not say why it stopped; a body that is
    /// deep and broken is called deep.
    /// </summary>
    private static (int Line, int Place)? TooDeepAt(ReadOnlySpan<byte> utf8)
    {
        var (depth, inText, line, lineStart) = (0, false, 1, 0);
        for (var i = 0; i < utf8.Length; i++)
        {
            switch (utf8[i])
            {
                case (byte)'\\' when inText:
                    i++;
                    break;
                case (byte)'"':
                    inText = !inText;
                    break;
                case (byte)'{' or (byte)'[' when !inText && ++depth > WireJson.MaxDepth:
                    return (line, i - lineStart + 1);
                case (byte)'}' or (byte)']' when !inText:
                    depth--;
                    break;
                case (byte)'\n':
                    (line, lineStart) = (line + 1, i + 1);
                    break;
            }
        }

        return null;
    }
}
