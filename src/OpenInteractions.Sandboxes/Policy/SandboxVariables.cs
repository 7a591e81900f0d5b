using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>Variables of every command of a sandbox.</summary>
internal static class SandboxVariables
{
    public static Dictionary<string, string> Of(SandboxSpec spec, Doors doors)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = "/home/agent/.local/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            ["HOME"] = LaunchCommand.Home,
            ["USER"] = "agent",
            ["LOGNAME"] = "agent",
            ["SHELL"] = "/bin/bash",
            ["LANG"] = "C.UTF-8",
            ["TERM"] = "dumb",
        };
        foreach (var (name, value) in NetworkVariables.For(spec.Network, doors).Concat(spec.Environment))
        {
            variables[name] = value;
        }

        return variables;
    }
}
