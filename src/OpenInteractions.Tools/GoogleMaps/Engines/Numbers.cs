using System.Globalization;

namespace OpenInteractions.Tools.GoogleMaps.Engines;

/// <summary>Ids of elements, which some versions write as text.</summary>
internal static class Numbers
{
    public static bool Long(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out number) && number > 0,
            JsonValueKind.String => long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0,
            _ => false,
        };
    }
}
