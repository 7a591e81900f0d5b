using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Architecture.Tests.Documents;

/// <summary>
/// The Python SDK is not among the clients that the conformance tests run, so its sample is held by what is known of the SDK: how a client is
/// pointed at a server, and that the arguments of a create are the fields of the request.
/// </summary>
public sealed partial class PythonSampleTests
{
    private static readonly string Sample = Fence().Match(Repository.Read("README.md")).Groups[1].Value;

    [Fact]
    public void The_client_is_given_a_key_and_an_address_without_a_version()
    {
        Assert.Contains("from google import genai", Sample, StringComparison.Ordinal);
        Assert.Matches("""genai\.Client\(api_key="[^"]+", http_options=\{"base_url": "http://127\.0\.0\.1:8080"\}\)""", Sample);
    }

    [Fact]
    public void Every_create_is_a_request_that_the_server_takes()
    {
        var creates = Create().Matches(Sample).Select(m => m.Groups[1].Value).ToList();

        Assert.Equal(2, creates.Count);
        Assert.All(creates, arguments => RequestBody.ReadCreateInteraction(Body(arguments)));
    }

    /// <summary>Arguments that are no string literals stand for an id.</summary>
    private static byte[] Body(string arguments)
    {
        var fields = Argument().Matches(arguments).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Success ? m.Groups[2].Value : "int_0");
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    [GeneratedRegex("^```python\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"client\.interactions\.create\((.*?)\)\n", RegexOptions.Singleline)]
    private static partial Regex Create();

    [GeneratedRegex("""(\w+)=(?:"([^"]*)"|[\w.]+)""")]
    private static partial Regex Argument();
}
