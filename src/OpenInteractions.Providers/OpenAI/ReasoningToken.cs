using System.Runtime.InteropServices;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// What the signature of a thought carries (P-3): the reasoning item as it has to come back, and the service's own id of the call that followed
/// it. The service takes neither without the other, and a client without stored state has only our id of the call (behaviour FN-7). Both travel
/// in one token, so that a client who drops thoughts drops the pair, and not half of it.
/// </summary>
/// <param name="Item">The item without its id and status, which point to nothing when nothing is stored upstream.</param>
/// <param name="CallId">The <c>call_id</c> of the call right after it, or null when something else followed.</param>
internal sealed record ReasoningToken(byte[] Item, string? CallId)
{
    private const string AloneKind = "reasoning";
    private const string WithCallKind = "reasoning.call";

    public static ReasoningToken Of(JsonElement item, string? callId) => new(ReplayForm(item), callId);

    public string Seal(ISignatureEnvelope envelope, SignatureScope scope) => CallId is null
        ? envelope.Seal(scope, AloneKind, Item)
        : envelope.Seal(scope, WithCallKind, JsonScratch.Object(writer =>
        {
            writer.WriteString("call_id", CallId);
            writer.WritePropertyName("item");
            writer.WriteRawValue(Item);
        }));

    public static ReasoningToken? Open(ISignatureEnvelope envelope, string? signature, SignatureScope scope) => envelope.Open(signature, scope) switch
    {
        { Kind: AloneKind } opened => new ReasoningToken(opened.Payload.ToArray(), CallId: null),
        { Kind: WithCallKind } opened => Split(JsonElement.Parse(opened.Payload.Span)),
        _ => null,
    };

    private static ReasoningToken Split(JsonElement pair) =>
        new(JsonMarshal.GetRawUtf8Value(pair.GetProperty("item")).ToArray(), pair.GetProperty("call_id").GetString());

    private static byte[] ReplayForm(JsonElement item) => JsonScratch.Object(writer =>
    {
        foreach (var member in item.EnumerateObject())
        {
            if (member.Name is not ("id" or "status"))
            {
                member.WriteTo(writer);
            }
        }
    });
}
