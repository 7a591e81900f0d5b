namespace OpenInteractions.Tools.FileSearch.Filters;

/// <summary>A filter that means nothing.</summary>
/// <param name="at">The character where it goes wrong, from 1.</param>
/// <param name="message">What is wrong there.</param>
internal sealed class FilterFaultException(int at, string message) : Exception(message)
{
    public int At => at;
}
