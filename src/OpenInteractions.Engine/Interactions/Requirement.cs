using System.Runtime.CompilerServices;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Conditions on a request, with the answer that is given when one does not hold.</summary>
internal static class Requirement
{
    /// <param name="holds">The condition.</param>
    /// <param name="field">The path of the field that is wrong. Like the message it is put together only when it is needed.</param>
    /// <param name="message">What is wrong, and what would be right.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/>: it does not hold.</exception>
    public static void Require(
        bool holds,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref TextUnless field,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref TextUnless message)
    {
        if (!holds)
        {
            throw Wrong(field.ToText(), message.ToText());
        }
    }

    /// <inheritdoc cref="Require(bool, ref TextUnless, ref TextUnless)"/>
    public static void Require(bool holds, string field, [InterpolatedStringHandlerArgument(nameof(holds))] ref TextUnless message)
    {
        if (!holds)
        {
            throw Wrong(field, message.ToText());
        }
    }

    /// <inheritdoc cref="Require(bool, ref TextUnless, ref TextUnless)"/>
    public static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw Wrong(field, message);
        }
    }

    public static ApiException Wrong(string field, string message) => new(ErrorCode.InvalidRequest, message, field);

    /// <summary>A text that is only put together when a condition does not hold: requests that are right pay nothing for what they are not told.</summary>
    [InterpolatedStringHandler]
    internal ref struct TextUnless
    {
        private DefaultInterpolatedStringHandler _text;

        public TextUnless(int literalLength, int formattedCount, bool holds, out bool isNeeded)
        {
            isNeeded = !holds;
            _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public string ToText() => _text.ToStringAndClear();
    }
}
