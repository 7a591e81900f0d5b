using OpenInteractions.Sandboxes.Init;

return new Supervisor().Run();
