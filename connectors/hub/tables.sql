-- The hub's own store. Times are microseconds since 1970, UTC.
CREATE TABLE agencies (
    organ_id     TEXT PRIMARY KEY,
    old_organ_id TEXT NOT NULL,
    name         TEXT NOT NULL,
    parent       TEXT NOT NULL,
    email        TEXT NOT NULL DEFAULT '',
    version      INTEGER NOT NULL UNIQUE,  -- of the catalogue when this entry changed last
    deleted      INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    modified_at  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE messages (
    seq         INTEGER PRIMARY KEY,       -- the order of acceptance
    axis_id     TEXT NOT NULL UNIQUE,
    sender      TEXT NOT NULL,
    message_id  TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('edoc', 'status')),
    urgency     INTEGER NOT NULL,
    document_id TEXT NOT NULL,             -- of a status: what it is about
    status_code TEXT NOT NULL,             -- of a status: 01 to 16
    system      TEXT NOT NULL,             -- who handed it over; empty: no credential was asked
    sha256      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    held        TEXT NOT NULL CHECK (held IN ('row', 'file', 'gone')), -- where the content is
    accepted_at INTEGER NOT NULL,
    UNIQUE (sender, message_id)            -- what makes a repeat harmless
);

-- the sender's list
CREATE INDEX sent ON messages (sender, accepted_at);

-- what may be pruned one day
CREATE INDEX aged ON messages (accepted_at) WHERE held <> 'gone';

-- whether a content in the folder is still another message's too
CREATE INDEX filed ON messages (sha256) WHERE held = 'file';

CREATE TABLE contents (
    seq     INTEGER PRIMARY KEY REFERENCES messages,
    content BLOB NOT NULL
);

CREATE TABLE deliveries (
    seq         INTEGER NOT NULL REFERENCES messages,
    recipient   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    rank        INTEGER NOT NULL,          -- minus urgency: the queue's first key
    state       TEXT NOT NULL CHECK (state IN ('initial', 'processing', 'done', 'fail')),
    note        TEXT NOT NULL,             -- what the recipient said, of a failure above all
    accepted_at INTEGER NOT NULL,          -- the message's: the recipient's list goes by it
    fetched_at  INTEGER,                   -- first given out
    updated_at  INTEGER NOT NULL,          -- of the newest state
    settled_at  INTEGER,                   -- done or fail: out of the queue
    PRIMARY KEY (seq, recipient),
    CHECK ((settled_at IS NULL) = (state IN ('initial', 'processing')))
) WITHOUT ROWID;

CREATE INDEX queue ON deliveries (recipient, kind, rank, seq)
    WHERE settled_at IS NULL;

-- the recipient's list
CREATE INDEX received ON deliveries (recipient, accepted_at);

-- what an operator looks at
CREATE INDEX failed ON deliveries (updated_at) WHERE state = 'fail';

CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    system    TEXT NOT NULL,               -- who; empty: no credential was asked
    peer      TEXT NOT NULL,               -- the network address
    operation TEXT NOT NULL,
    axis_id   TEXT NOT NULL,               -- empty where none is concerned
    outcome   TEXT NOT NULL                -- OK, or the code of the refusal
);

CREATE INDEX audited ON audit (at);
