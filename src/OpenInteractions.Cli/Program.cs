using OpenInteractions.Cli;

return await OiCommand.Create().Parse(args).InvokeAsync();
