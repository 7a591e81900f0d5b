namespace OpenInteractions.Tools.ComputerUse;

/// <summary>The functions by which models operate screens, as their vendor documents them. Positions in their arguments are thousandths of the screen.</summary>
internal static class PredefinedFunctions
{
    // Of models up to Gemini 3.0; browsers only.
    private static readonly string[] First =
    [
        "open_web_browser", "wait_5_seconds", "go_back", "go_forward", "search", "navigate", "click_at", "hover_at", "type_text_at", "key_combination", "scroll_document", "scroll_at", "drag_and_drop",
    ];

    private static readonly string[] Desktop =
    [
        "click", "double_click", "triple_click", "middle_click", "right_click", "mouse_down", "mouse_up", "move", "type", "drag_and_drop", "wait", "press_key", "key_down", "key_up", "hotkey", "take_screenshot", "scroll",
    ];

    private static readonly string[] Mobile = ["open_app", "click", "list_apps", "wait", "go_back", "type", "drag_and_drop", "long_press", "press_key", "take_screenshot"];

    private static readonly string[] Browser = [.. Desktop.Concat(["go_back", "navigate", "go_forward"]).Concat(First).Distinct()];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Browser.Concat(Mobile).Distinct()];

    /// <summary>What a model may call.</summary>
    public static IReadOnlyList<string> Of(ComputerUseTool tool)
    {
        string[] all = tool.Environment switch
        {
            "desktop" => Desktop,
            "mobile" => Mobile,
            _ => Browser,
        };
        return tool.ExcludedPredefinedFunctions is { Count: > 0 } excluded ? [.. all.Except(excluded)] : all;
    }
}
