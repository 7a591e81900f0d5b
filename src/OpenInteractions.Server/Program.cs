using OpenInteractions.Api;
using OpenInteractions.Providers;
using OpenInteractions.Server.Features;
using OpenInteractions.Storage.Sqlite;

var builder = WebApplication.CreateSlimBuilder(args);
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
