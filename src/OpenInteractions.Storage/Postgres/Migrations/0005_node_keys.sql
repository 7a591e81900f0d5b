-- Keys that all nodes must have alike. What they seal is in this database too: they keep it from clients, not from who reads the database.
CREATE TABLE node_keys (
    name  text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);
