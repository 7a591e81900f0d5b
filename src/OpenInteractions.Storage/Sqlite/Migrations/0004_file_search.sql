-- Stores of documents that file_search looks through. Numbers are never used twice: words of the index and vectors are found by them.
CREATE TABLE file_search_stores (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    project         TEXT NOT NULL,
    id              TEXT NOT NULL,
    display_name    TEXT,
    embedding_model TEXT, -- what its vectors are made with; null when there are none
    version         INTEGER NOT NULL, -- grows with each change of what can be found
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX file_search_stores_by_project ON file_search_stores (project, id);

CREATE TABLE file_search_documents (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    store        INTEGER NOT NULL, -- its number
    project      TEXT NOT NULL,
    id           TEXT NOT NULL,
    display_name TEXT NOT NULL,
    mime_type    TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('arriving', 'pending', 'active', 'failed', 'deleted')), -- the first and the last one are never shown
    failure      TEXT,
    metadata     BLOB,
    max_tokens   INTEGER NOT NULL,
    overlap      INTEGER NOT NULL,
    chunks       INTEGER NOT NULL,
    terms        INTEGER NOT NULL, -- of all chunks
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    work         TEXT CHECK (work IN ('read', 'embed', 'erase')), -- what is to be done with it, or null
    due_at       INTEGER NOT NULL, -- when: while somebody works on it, when his lease ends
    epoch        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX file_search_documents_by_store ON file_search_documents (store, id);
CREATE INDEX file_search_documents_in_order ON file_search_documents (store, number);
CREATE INDEX file_search_documents_due ON file_search_documents (work, due_at) WHERE work IS NOT NULL;
CREATE INDEX file_search_documents_unread ON file_search_documents (project) WHERE state IN ('arriving', 'pending');

-- The bytes of documents that are not yet read.
CREATE TABLE file_search_parts (
    document INTEGER NOT NULL,
    start    INTEGER NOT NULL,
    bytes    BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX file_search_parts_by_place ON file_search_parts (document, start);

CREATE TABLE file_search_chunks (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    page     INTEGER,
    length   INTEGER NOT NULL, -- how many terms
    terms    TEXT NOT NULL, -- each with the number of the store before it, so that a word of one store is none of another
    text     TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX file_search_chunks_by_place ON file_search_chunks (document, ordinal);

CREATE TABLE file_search_vectors (
    store    INTEGER NOT NULL,
    chunk    INTEGER NOT NULL,
    document INTEGER NOT NULL,
    model    TEXT NOT NULL,
    vector   BLOB NOT NULL -- numbers of four bytes, the lowest first
) STRICT;

CREATE UNIQUE INDEX file_search_vectors_by_store ON file_search_vectors (store, chunk);

-- The index over the terms, which are folded and cut already: nothing but spaces separates them.
CREATE VIRTUAL TABLE file_search_words USING fts5 (terms, content = 'file_search_chunks', content_rowid = 'number', tokenize = "ascii tokenchars '_'");
CREATE VIRTUAL TABLE file_search_places USING fts5vocab ('file_search_words', 'instance');

CREATE TRIGGER file_search_chunks_added AFTER INSERT ON file_search_chunks BEGIN
    INSERT INTO file_search_words (rowid, terms) VALUES (new.number, new.terms);
END;

CREATE TRIGGER file_search_chunks_removed AFTER DELETE ON file_search_chunks BEGIN
    INSERT INTO file_search_words (file_search_words, rowid, terms) VALUES ('delete', old.number, old.terms);
END;
