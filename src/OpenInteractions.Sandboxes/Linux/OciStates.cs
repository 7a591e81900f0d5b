using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Linux;

/// <summary>What a runtime keeps of its containers.</summary>
internal static class OciStates
{
    /// <summary>A runtime that was killed could not clear away after itself, and would refuse the name.</summary>
    public static async Task ForgetAsync(OciLaunch oci)
    {
        var state = $"{oci.States}/{oci.Id}";
        if (!Directory.Exists(state))
        {
            return;
        }

        try
        {
            await Tool.RunAsync([oci.Runtime, .. OciBundle.Flags(oci.Runtime), "--root", oci.States, "delete", "--force", oci.Id], CancellationToken.None);
        }
        catch (SandboxException)
        {
            // Half of a state is none to it.
        }

        if (Directory.Exists(state))
        {
            Directory.Delete(state, recursive: true);
        }
    }
}
