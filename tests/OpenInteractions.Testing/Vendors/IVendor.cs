namespace OpenInteractions.Testing.Vendors;

/// <summary>One vendor's service, as strict as the real one. The server around it owns sockets, scripts and faults.</summary>
public interface IVendor
{
    /// <summary>The vendor's own error reply when the real service would refuse this request, else null. Comes before any script.</summary>
    VendorReply? Refuse(VendorRequest request);

    /// <summary>The answer of paths that no script replaces, such as a list of models; null leaves the request to the script.</summary>
    VendorReply? AnswerFixed(VendorRequest request) => null;

    /// <summary>The answer when no reply is scripted, made from the conversation that the request really carries.</summary>
    VendorReply Respond(VendorRequest request);
}
