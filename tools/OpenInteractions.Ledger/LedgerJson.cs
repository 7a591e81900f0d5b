using System.Text.Json;
using System.Text.Json.Serialization;
using OpenInteractions.Ledger.Rules;
using OpenInteractions.Ledger.Evidence;

namespace OpenInteractions.Ledger;

// A misspelt member would silently drop a claim or a rule, so unknown members are errors.
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(RulesFile))]
[JsonSerializable(typeof(ScriptResult))]
internal sealed partial class LedgerJson : JsonSerializerContext;
