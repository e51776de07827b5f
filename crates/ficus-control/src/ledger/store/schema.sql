-- Form 1 of the ledger. Entries are never updated or deleted; tiles only widen.
CREATE TABLE head (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    size  INTEGER NOT NULL,
    root  BLOB NOT NULL,
    note  TEXT NOT NULL
) STRICT;
CREATE TABLE entry (
    position INTEGER PRIMARY KEY,
    bytes    BLOB NOT NULL
) STRICT;
CREATE TABLE tile (
    level  INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
    digest BLOB PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
CREATE TABLE draft (
    boundary TEXT PRIMARY KEY,
    subject  BLOB NOT NULL,
    text     TEXT NOT NULL
) STRICT;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
