using System.Globalization;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch.Filters;

/// <summary>A condition on what its owner said of a document.</summary>
internal abstract record MetadataFilter
{
    public abstract bool Holds(IReadOnlyList<CustomMetadata> metadata);

    public sealed record All(IReadOnlyList<MetadataFilter> Parts) : MetadataFilter
    {
        public override bool Holds(IReadOnlyList<CustomMetadata> metadata) => Parts.All(p => p.Holds(metadata));
    }

    public sealed record Any(IReadOnlyList<MetadataFilter> Parts) : MetadataFilter
    {
        public override bool Holds(IReadOnlyList<CustomMetadata> metadata) => Parts.Any(p => p.Holds(metadata));
    }

    public sealed record None(MetadataFilter Part) : MetadataFilter
    {
        public override bool Holds(IReadOnlyList<CustomMetadata> metadata) => !Part.Holds(metadata);
    }

    /// <summary>A comparison. It does not hold for a document that has no such key, whatever the comparator.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Comparator">One of <c>= != &lt; &lt;= &gt; &gt;= :</c>.</param>
    /// <param name="Value">The value as a text.</param>
    public sealed record Comparison(string Key, string Comparator, string Value) : MetadataFilter
    {
        private readonly double? _number = double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number : null;

        /// <summary>True for <c>key:*</c>, which asks whether there is such a key.</summary>
        public bool IsPresence { get; init; }

        /// <summary>True for a word like <c>a*</c>, whose star stands for anything.</summary>
        public bool IsPattern { get; init; }

        public override bool Holds(IReadOnlyList<CustomMetadata> metadata)
        {
            for (var i = 0; i < metadata.Count; i++)
            {
                if (metadata[i].Key == Key)
                {
                    return IsPresence || Holds(metadata[i]);
                }
            }

            return false;
        }

        private bool Holds(CustomMetadata entry)
        {
            if (entry.Number is { } number)
            {
                if (IsPattern && Value.Trim('*').Length == 0)
                {
                    return Comparator != "!="; // anything is any number, too
                }

                // What is no number compares with none.
                return _number is { } other ? Compare(number.CompareTo(other)) : Comparator == "!=";
            }

            IReadOnlyList<string> texts = entry.Texts ?? [entry.Text ?? ""];
            return Comparator switch
            {
                "=" or ":" => texts.Any(IsValue),
                "!=" => !texts.Any(IsValue),
                _ => texts.Any(t => Compare(string.CompareOrdinal(t, Value))),
            };
        }

        private bool IsValue(string text)
        {
            if (!IsPattern)
            {
                return text == Value;
            }

            var inner = Value.AsSpan().Trim('*');
            return (Value.StartsWith('*'), Value.EndsWith('*')) switch
            {
                (true, true) => text.AsSpan().Contains(inner, StringComparison.Ordinal),
                (true, false) => text.AsSpan().EndsWith(inner, StringComparison.Ordinal),
                _ => text.AsSpan().StartsWith(inner, StringComparison.Ordinal),
            };
        }

        private bool Compare(int order) => Comparator switch
        {
            "=" or ":" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }
}
