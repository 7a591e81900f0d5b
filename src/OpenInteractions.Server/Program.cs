using OpenInteractions.Server;
using OpenInteractions.Server.Features;

return await StartFeature.RunToEndAsync(() =>
{
    var app = ServerApplication.Build(args);
    app.AnnounceWhenReady();
    return app;
});
