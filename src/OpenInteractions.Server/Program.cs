using OpenInteractions.Server;
using OpenInteractions.Server.Features;

var app = ServerApplication.Build(args);
app.AnnounceWhenReady();
return await app.RunToEndAsync();
