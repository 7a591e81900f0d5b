using OpenInteractions.Api;
using OpenInteractions.Providers;
using OpenInteractions.Server.Features;
using OpenInteractions.Storage.Sqlite;

// Its own settings lie beside the program, wherever it is started from.
var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddConventionalSettings(args);
var data = builder.AddDataDirectory();
builder.AddWebServer();
builder.AddServerLogging();
builder.Services.AddSqliteStorage(data.Path);
builder.Services.AddEngine(data);
builder.Services.AddModelProviders(builder.Configuration);
builder.Services.AddApi();

var app = builder.Build();
app.UseApi();
app.AnnounceWhenReady();
return await app.RunToEndAsync();
