using Npgsql;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Parameters and rows that the statements about documents have in common.</summary>
internal static class PostgresFileSearch
{
    /// <summary>Three columns that name an upload.</summary>
    public static NpgsqlBatchCommand Upload(this NpgsqlBatchCommand command, UploadKey upload) => command.Text(upload.Project).Text(upload.Store).Text(upload.Document);

    /// <summary>Two columns of a lease.</summary>
    public static NpgsqlBatchCommand Lease(this NpgsqlBatchCommand command, DocumentLease lease) => command.Long(lease.Document).Long(lease.Epoch);
}
