using System.Text;
using OpenInteractions.Testing;
using OpenInteractions.Tools.Tests.UrlContext;

namespace OpenInteractions.Tools.Tests.Mixed;

/// <summary>Everything that one request can mix: pages to search, a page to read, files to search, a remote server, and two functions of the client's.</summary>
internal sealed class MixedTools : IAsyncDisposable
{
    public const string Kyoto = "京都の人口は百四十万人です。";
    public const string Summit = "Mont Blanc is the highest summit of the Alps.";
    public const string Festival = "祇園祭は七月に行われます👨‍👩‍👧‍👦。";
    public const string Leave = "有給休暇は年に二十日です。";
    public const string Sabbatical = "A sabbatical lasts three months.";

    /// <summary>What a model is offered for the tools, in the order in which they are declared.</summary>
    public static readonly IReadOnlyList<string> Functions = ["google_search", "url_context", "everything__echo", "everything__get-sum", "file_search", "get_weather", "book_room"];

    private readonly DirectoryInfo _pages = Directory.CreateTempSubdirectory("oi-pages-");
    private readonly Site _site = new();

    public MixedTools()
    {
        File.WriteAllText(Path.Combine(_pages.FullName, "kyoto.md"), $"# 京都市 ⛩️\n\n{Kyoto}寺が多い。");
        File.WriteAllText(Path.Combine(_pages.FullName, "alps.txt"), $"The Alps\n{Summit} It is in Europe.");
        _site.Page("/gion", $"<title>祇園祭 🎆</title><h1>祇園祭</h1><p>{Festival}山鉾が巡る。</p>");
    }

    /// <summary>The page to read.</summary>
    public string PageUrl => $"{_site.Url}/gion";

    /// <summary>The settings that a server needs for the tools.</summary>
    public (string, string)[] Settings =>
    [
        ("OpenInteractions__Tools__GoogleSearch__Engine", "local"),
        ("OpenInteractions__Tools__GoogleSearch__Pages", _pages.FullName),
        ("OpenInteractions__Tools__GoogleSearch__Address", "https://docs.example"),
        ("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32"),
    ];

    /// <summary>Fills a store on the server, and gives the declarations.</summary>
    public static async Task<string> DeclareAsync(ServerProcess server, string remote)
    {
        var handbook = new PdfMaker();
        handbook.Page("BT /F1 12 Tf 72 700 Td (Welcome to everybody who has joined us this year: this book is for you. It tells how we work, whom to ask, and where things are.) Tj ET");
        handbook.Page($"BT /F1 12 Tf 72 700 Td ({Sabbatical} It begins in April, and whoever wants one asks by the end of the year before.) Tj ET");
        var store = await UploadedStore.FillAsync(
            server.Client,
            ("休暇 🏖️.txt", "text/plain", Encoding.UTF8.GetBytes($"{Leave}\n\n病気のときは、朝のうちに連絡してください。")),
            ("handbook.pdf", "application/pdf", handbook.Make()));
        return $$$"""
            [{"type":"google_search"},
             {"type":"url_context"},
             {"type":"mcp_server","name":"everything","url":"{{{remote}}}","allowed_tools":[{"tools":["echo","get-sum"]}]},
             {"type":"file_search","file_search_store_names":["{{{store}}}"]},
             {"type":"function","name":"get_weather","description":"The weather of a city.","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},
             {"type":"function","name":"book_room","description":"Books a room.","parameters":{"type":"object","properties":{"hotel":{"type":"string"}},"required":["hotel"]}}]
            """;
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _pages.Delete(recursive: true);
    }
}
