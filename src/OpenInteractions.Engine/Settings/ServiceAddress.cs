namespace OpenInteractions.Engine.Settings;

/// <summary>Settings that are the address of a service, with or without a path.</summary>
public static class ServiceAddress
{
    /// <summary>What such a setting must be, as it is told to who set it.</summary>
    public const string Rule = "must be an http or https address without user name, query and fragment.";

    /// <summary>Whether a text is one. A setting without a value is none of the rule's business.</summary>
    public static bool IsRightOrMissing(string? text) =>
        string.IsNullOrEmpty(text)
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0);
}
