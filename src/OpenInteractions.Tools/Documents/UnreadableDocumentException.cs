namespace OpenInteractions.Tools.Documents;

/// <summary>A document that cannot be given to a model, with the reason for it. The reason holds nothing of the document.</summary>
internal sealed class UnreadableDocumentException(string message) : Exception(message);
