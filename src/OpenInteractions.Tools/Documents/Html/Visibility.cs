using AngleSharp.Dom;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>What of a page a reader sees, as far as the page itself says so: style sheets are not read.</summary>
internal static class Visibility
{
    private static readonly HashSet<string> NeverShown = new(StringComparer.Ordinal)
    {
        "script", "style", "template", "noscript", "head", "title", "meta", "link", "base", "iframe", "object", "embed", "applet", "canvas", "svg", "map", "area",
        "audio", "video", "source", "track", "input", "select", "datalist", "option", "textarea", "button", "progress", "meter", "frameset", "noframes", "param",
    };

    private static readonly HashSet<string> Furniture = new(StringComparer.OrdinalIgnoreCase) { "navigation", "menu", "menubar", "search", "contentinfo", "tablist", "toolbar" };

    /// <summary>False for what is not shown, and for what is there to get about in the site.</summary>
    public static bool IsContent(IElement element)
    {
        var name = element.LocalName;
        return !NeverShown.Contains(name) && name != "nav" && !IsHidden(element)
            && !(element.GetAttribute("role") is { } role && Furniture.Contains(role.Trim()))
            && !(name is "footer" or "aside" && IsOfThePage(element));
    }

    private static bool IsHidden(IElement element)
    {
        if (element.Attributes.Length == 0)
        {
            return element.LocalName == "dialog";
        }

        return (element.GetAttribute("hidden") is { } hidden && !hidden.Equals("until-found", StringComparison.OrdinalIgnoreCase))
            || string.Equals(element.GetAttribute("aria-hidden"), "true", StringComparison.OrdinalIgnoreCase)
            || (element.LocalName == "dialog" && !element.HasAttribute("open"))
            || (element.GetAttribute("style") is { Length: > 0 } style && IsHiding(style));
    }

    private static bool IsHiding(string style)
    {
        foreach (var declaration in style.Split(';'))
        {
            var colon = declaration.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            var value = declaration[(colon + 1)..].Replace("!important", "", StringComparison.OrdinalIgnoreCase).Trim().ToLowerInvariant();
            switch (declaration[..colon].Trim().ToLowerInvariant())
            {
                case "display" when value == "none":
                case "visibility" when value is "hidden" or "collapse":
                case "opacity" when value is "0" or "0.0" or "0%":
                case "font-size" when value is "0" or "0px" or "0em" or "0rem" or "0%" or "0pt":
                    return true;
            }
        }

        return false;
    }

    /// <summary>True for the foot and the margin of the page, and not of an article in it.</summary>
    private static bool IsOfThePage(IElement element)
    {
        // Deep pages are cut off elsewhere; a few steps up tell enough.
        const int Far = 50;
        var parent = element.ParentElement;
        for (var i = 0; i < Far && parent is not null; i++, parent = parent.ParentElement)
        {
            if (parent.LocalName is "article" or "main" or "section" or "blockquote" || parent.GetAttribute("role") is "main" or "article")
            {
                return false;
            }
        }

        return true;
    }
}
