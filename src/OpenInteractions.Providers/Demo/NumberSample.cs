using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Demo;

/// <summary>Makes a number within the limits of a schema.</summary>
internal static class NumberSample
{
    public static JsonNode Make(MergedSchema schema, ValuePool values, string name, int ordinal, bool isInteger)
    {
        var range = Range.Of(schema, isInteger);
        var number = (name.Length > 0 && values.Named(name) is { } said && ValuePool.Number(said) is { } named && range.Holds(named) ? named : (decimal?)null)
            ?? values.NextNumber(range.Holds)
            ?? Given(schema, range)
            ?? range.At(ordinal);
        return isInteger && number is >= long.MinValue and <= long.MaxValue ? JsonValue.Create((long)number) : JsonValue.Create(number);
    }

    private static decimal? Given(MergedSchema schema, Range range)
    {
        var examples = schema.Keyword("examples") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToArray() : [];
        foreach (var given in examples.Prepend(schema.Keyword("default") ?? default))
        {
            if (given.ValueKind == JsonValueKind.Number && given.TryGetDecimal(out var number) && range.Holds(number))
            {
                return number;
            }
        }

        return null;
    }

    private sealed record Range(decimal Least, decimal Most, decimal Step)
    {
        // Where the schema sets no end; far enough for every sample and far from overflow.
        private const decimal Far = 1_000_000_000_000m;
        private const decimal Fine = 0.0000001m;

        public static Range Of(MergedSchema schema, bool isInteger)
        {
            var step = schema.Number("multipleOf") is >= Fine and <= Far and var multiple ? multiple : isInteger ? 1m : 0m;
            if (isInteger && step != Math.Floor(step))
            {
                step *= (1 / Fine) / Gcd(step / Fine, 1 / Fine); // the least common multiple with 1
            }

            var least = Near(schema.Number("minimum") ?? -Far);
            var most = Near(schema.Number("maximum") ?? Far);
            if (schema.Number("exclusiveMinimum") is { } bound && Near(bound) is var above && above >= least)
            {
                least = step > 0 ? (Math.Floor(above / step) + 1) * step : above + Math.Min(0.0001m, Math.Max((most - above) / 2, Fine));
            }

            if (schema.Number("exclusiveMaximum") is { } end && Near(end) is var below && below <= most)
            {
                most = step > 0 ? (Math.Ceiling(below / step) - 1) * step : below - Math.Min(0.0001m, Math.Max((below - least) / 2, Fine));
            }

            return new Range(step > 0 ? Math.Ceiling(least / step) * step : least, most, step);
        }

        public bool Holds(decimal number) => number >= Least && number <= Most && (Step == 0 || number % Step == 0);

        /// <summary>A number of the range, another one for another place.</summary>
        public decimal At(int ordinal)
        {
            var step = Step > 0 ? Step : Math.Min(1m, Math.Max((Most - Least) / 1000, Fine));
            var from = Step > 0 ? Math.Max(Least, Step) : Math.Max(Least, 1m);
            if (from > Most)
            {
                from = Least;
            }

            var number = from + (step * ordinal);
            return number <= Most ? number : from;
        }

        private static decimal Near(decimal number) => Math.Clamp(number, -Far, Far);

        private static decimal Gcd(decimal a, decimal b)
        {
            (a, b) = (Math.Floor(a), Math.Floor(b));
            while (b > 0)
            {
                (a, b) = (b, a % b);
            }

            return Math.Max(a, 1);
        }
    }
}
