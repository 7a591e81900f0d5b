using System.Text.Json;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Testing;

namespace OpenInteractions.Contracts.Tests.Json;

public sealed class TimestampTests
{
    [Theory]
    [InlineData("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000Z")]
    [InlineData("2026-11-21T10:00:00.1Z", "2026-11-21T10:00:00.100Z")]
    [InlineData("2026-11-21T10:00:00.0019999Z", "2026-11-21T10:00:00.001Z")]
    [InlineData("2026-11-21T12:00:00.5+02:00", "2026-11-21T10:00:00.500Z")]
    [Rule("SM-6")]
    public void A_time_is_written_in_UTC_with_three_digits_of_a_second(string time, string written) =>
        Assert.Equal($"\"{written}\"", JsonSerializer.Serialize(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture), WireJson.Wire.DateTimeOffset));
}
