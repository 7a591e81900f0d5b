using OpenInteractions.Sandboxes.Tests.Engine;

return await HostProgram.RunAsync(args);
