using System.Text.Json;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Environments;

/// <summary>Files of environments over HTTP.</summary>
public sealed class EnvironmentFileTests(EnvironmentServer server) : IClassFixture<EnvironmentServer>
{
    private static readonly string Long = string.Join('/', Enumerable.Repeat(new string('d', 120), 7)); // beyond what an id needs

    [RunningSandboxFact]
    [Rule("EN-12")]
    public async Task Files_are_written_listed_in_pages_described_and_replaced_only_when_asked()
    {
        var id = await server.NewAsync();
        foreach (var path in (string[])["workspace/a b.txt", "workspace/b.txt", $"workspace/{Long}/c.txt", $"workspace/{Long}/d.txt"])
        {
            var written = (await EnvironmentServer.PutAsync(server.Owner, id, path, "one")).Ok().Json.GetProperty("files")[0];
            Assert.Equal((path, "file", "text/plain", "3"), (Text(written, "path"), Text(written, "type"), Text(written, "mime_type"), Text(written, "size_bytes")));
        }

        Assert.Equal(409, (await EnvironmentServer.PutAsync(server.Owner, id, "workspace/b.txt", "two")).Status);
        (await EnvironmentServer.PutAsync(server.Owner, id, "workspace/b.txt?overwrite=true", "two")).Ok();
        Assert.Equal("two", (await server.GetAsync($"environments/{id}/files/workspace/b.txt?alt=media")).Ok().Text);

        var (seen, token) = (new List<JsonElement>(), "");
        do
        {
            var page = (await server.GetAsync($"environments/{id}/files/workspace?recursive=true&page_size=1{token}")).Ok().Json;
            seen.Add(Assert.Single(page.GetProperty("files").EnumerateArray()));
            token = page.TryGetProperty("next_page_token", out var next) ? $"&page_token={Uri.EscapeDataString(next.GetString()!)}" : "";
        }
        while (token.Length > 0);

        Assert.Equal(["a b.txt", "b.txt", "c.txt", "d.txt"], seen.Where(f => Text(f, "type") == "file").Select(f => Text(f, "name")));
        Assert.Equal(seen.Select(f => Text(f, "path")).Order(StringComparer.Ordinal), seen.Select(f => Text(f, "path")));
        // The disk is ext4, which knows when a file was made; the list says it as it says the last change.
        Assert.All(seen.Where(f => Text(f, "type") == "file"), f => Assert.InRange(f.GetProperty("created").GetDateTimeOffset(), f.GetProperty("modified").GetDateTimeOffset().AddMinutes(-5), f.GetProperty("modified").GetDateTimeOffset().AddMinutes(5)));
    }

    [RunningSandboxFact]
    public async Task What_is_no_question_is_refused_by_name()
    {
        var id = await server.NewAsync("""{"sources":[{"type":"inline","target":"a.txt","content":"x"},{"type":"inline","target":"b.txt","content":"x"}]}""");
        var token = (await server.GetAsync($"environments/{id}/files/workspace?page_size=1")).Ok().Json.GetProperty("next_page_token").GetString();

        foreach (var (path, status, names) in new[]
        {
            ("workspace?alt=zip", 400, "alt"),
            ("workspace?recursive=perhaps", 400, "recursive"),
            ("workspace?page_size=0", 400, "page_size"),
            ("workspace?page_size=10001", 400, "page_size"),
            ("workspace?page_token=abc", 400, "page_token"),
            ($"workspace?recursive=true&page_token={token}", 400, "page_token"),
            ($"home?page_token={token}", 400, "page_token"),
            ("workspace/..%2F..%2Fetc", 400, ".."),
            ("workspace/a%0Ab", 400, "control"),
            ($"workspace/{new string('x', 300)}", 400, "255 bytes"),
            ("workspace/none", 404, "workspace/none"),
            ("workspace/none?alt=media", 404, "workspace/none"),
            ("workspace/a.txt/b", 400, "no directory"),
        })
        {
            var refused = await server.GetAsync($"environments/{id}/files/{path}");

            Assert.Equal((path, status), (path, refused.Status));
            Assert.Contains(names, refused.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Equal(404, (await server.GetAsync("files/mine:download?alt=media")).Status);
    }

    [RunningSandboxFact]
    public async Task Uploads_that_are_none_are_refused_and_leave_nothing()
    {
        var id = await server.NewAsync();
        var other = await server.NewAsync();
        var begun = (await EnvironmentServer.PutAsync(server.Owner, id, "workspace/a.txt", "", ("X-Goog-Upload-Protocol", "resumable"), ("X-Goog-Upload-Command", "start"), ("X-Goog-Upload-Header-Content-Length", "3"))).Ok();
        var upload = begun.Header("X-Goog-Upload-URL")!.Split("/files/")[1]; // with what was announced

        foreach (var (environment, path, content, status, headers) in new (string, string, string, int, (string, string)[])[]
        {
            (id, "", "x", 400, []),
            (id, "?extract=true", "x", 400, []),
            (id, "etc/nobody", "x", 403, []),
            (id, "workspace/..%2Fx", "x", 400, []),
            (id, "workspace/b?overwrite=perhaps", "x", 400, []),
            (id, "workspace?extract=true", "no archive", 400, []),
            (id, "workspace/a.txt", "", 400, [("X-Goog-Upload-Command", "start")]),
            (id, "workspace/a.txt", "x", 400, [("X-Goog-Upload-Command", "upload")]),
            (id, "workspace/a.txt", "x", 400, [("X-Goog-Upload-Command", "dance")]),
            (id, "workspace/a.txt?upload_id=nobody", "x", 404, [("X-Goog-Upload-Command", "upload"), ("X-Goog-Upload-Offset", "0")]),
            (other, upload, "x", 404, [("X-Goog-Upload-Command", "upload"), ("X-Goog-Upload-Offset", "0")]),
            (id, upload, "x", 400, [("X-Goog-Upload-Command", "upload"), ("X-Goog-Upload-Offset", "2")]),
            (id, upload, "x", 400, [("X-Goog-Upload-Command", "upload"), ("X-Goog-Upload-Offset", "first")]),
            (id, upload, "more than three", 400, [("X-Goog-Upload-Command", "upload, finalize"), ("X-Goog-Upload-Offset", "0")]),
        })
        {
            var refused = await EnvironmentServer.PutAsync(server.Owner, environment, path, content, headers);

            Assert.Equal((path, status), (path, refused.Status));
            Assert.NotEmpty(refused.ErrorMessage);
        }

        foreach (var environment in (string[])[id, other])
        {
            Assert.Empty((await server.GetAsync($"environments/{environment}/files/workspace?recursive=true")).Ok().Json.GetProperty("files").EnumerateArray());
        }
    }

    [RunningSandboxFact]
    public async Task Checkpoints_are_listed_and_deleted_by_their_project_alone()
    {
        var made = (await server.Owner.CreateAsync("""{"agent":"antigravity","agent_config":{"type":"antigravity","model":"demo"},"environment":"remote","input":"```bash\necho one >a.txt\n```"}""")).Ok();
        var id = made.Json.GetProperty("environment_id").GetString()!;
        var other = await server.NewAsync();

        var listed = Assert.Single((await server.GetAsync($"environments/{id}/checkpoints")).Ok().Json.GetProperty("checkpoints").EnumerateArray());
        var checkpoint = Text(listed, "id")!;
        Assert.Equal((id, made.Id), (Text(listed, "environment_id"), Text(listed, "interaction_id")));
        Assert.Equal(404, (await server.Stranger.SendAsync(HttpMethod.Delete, $"environments/{id}/checkpoints/{checkpoint}")).Status);
        Assert.Equal(404, (await server.Owner.SendAsync(HttpMethod.Delete, $"environments/{other}/checkpoints/{checkpoint}")).Status);
        Assert.Equal(404, (await server.Owner.SendAsync(HttpMethod.Delete, $"environments/{id}/checkpoints/nobody")).Status);
        Assert.Equal(404, (await server.Stranger.PostAsync("environments", $$"""{"from_interaction":"{{made.Id}}"}""")).Status);
        Assert.Equal(400, (await server.Owner.PostAsync("environments", $$"""{"env":{"A":"x"},"from_interaction":"{{made.Id}}"}""")).Status);
        (await server.Owner.SendAsync(HttpMethod.Delete, $"environments/{id}/checkpoints/{checkpoint}")).Ok();
        Assert.Equal(404, (await server.Owner.SendAsync(HttpMethod.Delete, $"environments/{id}/checkpoints/{checkpoint}")).Status);
        Assert.Equal(404, (await server.Owner.PostAsync("environments", $$"""{"from_interaction":"{{made.Id}}"}""")).Status);
    }

    private static string? Text(JsonElement file, string member) => file.GetProperty(member).GetString();
}
