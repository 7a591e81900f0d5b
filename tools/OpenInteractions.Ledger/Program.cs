using OpenInteractions.Ledger;

return LedgerCommand.Create().Parse(args).Invoke();
