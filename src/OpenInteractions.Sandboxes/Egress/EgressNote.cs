using System.Net;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>Gathers what is to be recorded of one request or tunnel, and records it once.</summary>
internal sealed class EgressNote(EgressEnvironment environment, ClientStream client, string? method)
{
    private const int MaxText = 1024;
    private readonly long _in = client.BytesIn;
    private long _out = client.BytesOut;
    private bool _isDone;

    public string? Host { get; set; }

    public int Port { get; set; }

    public IPAddress? Address { get; set; }

    public EgressRule? Rule { get; set; }

    public string? Path { get; set; }

    public string? Method { get; set; } = method;

    public List<string> Credentials { get; } = [];

    /// <summary>Counts what the sandbox sent from here on.</summary>
    public long Since { set => _out = value; }

    public void Allow(int status) => Record(EgressDecision.Allowed, status, null);

    public void Fail(int status, string reason) => Record(EgressDecision.Allowed, status, reason);

    public void Refuse(Exception reason, int status = 403) => Record((reason as EgressRefusedException)?.Decision ?? EgressDecision.Refused, status, reason.Message);

    private void Record(EgressDecision decision, int status, string? reason)
    {
        if (_isDone)
        {
            return;
        }

        _isDone = true;
        environment.Audit.Record(new EgressRecord
        {
            Time = environment.World.Time.GetUtcNow(), Decision = decision, Host = Short(Host), Port = Port, Address = Address, Rule = Rule?.Hosts.Text, Credentials = [.. Credentials],
            Method = Short(Method), Path = Short(Path), Status = status, BytesIn = client.BytesIn - _in, BytesOut = client.BytesOut - _out, Reason = reason,
        });
    }

    private static string? Short(string? text) => text?.Length > MaxText ? text[..MaxText] : text;
}
