using OpenInteractions.Cli;

// A worker stops its sandboxes when it is asked to end; everything else ends at once.
return await OiCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(40) });
