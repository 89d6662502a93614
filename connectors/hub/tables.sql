-- The hub's own store. Times are microseconds since 1970, UTC.
CREATE TABLE IF NOT EXISTS agencies (
    organ_id     TEXT PRIMARY KEY,
    old_organ_id TEXT NOT NULL,
    name         TEXT NOT NULL,
    parent       TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS messages (
    seq         INTEGER PRIMARY KEY,       -- the order of acceptance
    axis_id     TEXT NOT NULL UNIQUE,
    sender      TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('edoc', 'status')),
    urgency     INTEGER NOT NULL,
    document_id TEXT NOT NULL,             -- of a status: what it is about
    status_code TEXT NOT NULL,             -- of a status: 01 to 16
    sha256      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    content     BLOB,                      -- NULL: in the folder, by sha256
    accepted_at INTEGER NOT NULL,
    UNIQUE (sender, message_id)            -- what makes a repeat harmless
);

CREATE TABLE IF NOT EXISTS deliveries (
    seq          INTEGER NOT NULL REFERENCES messages,
    recipient    TEXT NOT NULL,
    kind         TEXT NOT NULL,
    rank         INTEGER NOT NULL,         -- minus urgency: the queue's first key
    fetched_at   INTEGER,
    confirmed_at INTEGER,
    PRIMARY KEY (seq, recipient)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS queue ON deliveries (recipient, kind, rank, seq)
    WHERE confirmed_at IS NULL;
