using Xunit.Abstractions;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>A request that is right in form and wrong in meaning.</summary>
public sealed class BadCase : IXunitSerializable
{
    [Obsolete("For xunit, which makes cases anew from what it kept of them.")]
    public BadCase()
    {
    }

    /// <param name="name">Tells it from the others.</param>
    /// <param name="body">The body; <c>$NAME</c> stands for the id of an interaction that the test has made.</param>
    /// <param name="names">What the message must name.</param>
    /// <param name="code">The error code.</param>
    /// <param name="status">The status.</param>
    public BadCase(string name, string body, string names, string code = "invalid_request", int status = 400) => (Name, Body, Names, Code, Status) = (name, body, names, code, status);

    public string Name { get; private set; } = "";

    public string Body { get; private set; } = "";

    public string Names { get; private set; } = "";

    public string Code { get; private set; } = "";

    public int Status { get; private set; }

    public override string ToString() => Name;

    public void Serialize(IXunitSerializationInfo info)
    {
        info.AddValue(nameof(Name), Name);
        info.AddValue(nameof(Body), Body);
        info.AddValue(nameof(Names), Names);
        info.AddValue(nameof(Code), Code);
        info.AddValue(nameof(Status), Status);
    }

    public void Deserialize(IXunitSerializationInfo info) =>
        (Name, Body, Names, Code, Status) = (info.GetValue<string>(nameof(Name)), info.GetValue<string>(nameof(Body)), info.GetValue<string>(nameof(Names)), info.GetValue<string>(nameof(Code)), info.GetValue<int>(nameof(Status)));
}
