namespace OpenInteractions.Sandboxes.Egress.Http;

/// <summary>A message that is not plain HTTP/1.1. Whatever two parsers could read in two ways is none.</summary>
internal sealed class HttpFaultException(string message) : Exception(message);
