-- From the first store, which knew no states but times and numbered no version, to tables.sql.
-- Before: the old tables are renamed to *_0. After: they are dropped.
INSERT INTO agencies (organ_id, old_organ_id, name, parent, version, modified_at)
    SELECT organ_id, old_organ_id, name, parent, row_number() OVER (ORDER BY organ_id), 0
    FROM agencies_0;

INSERT INTO messages
    SELECT seq, axis_id, sender, message_id, kind, urgency, document_id, status_code, '',
           sha256, size, iif(content IS NULL, 'file', 'row'), accepted_at
    FROM messages_0;

INSERT INTO contents SELECT seq, content FROM messages_0 WHERE content IS NOT NULL;

INSERT INTO deliveries
    SELECT seq, recipient, d.kind, rank,
           CASE WHEN confirmed_at IS NOT NULL THEN 'done'
                WHEN fetched_at IS NOT NULL THEN 'processing' ELSE 'initial' END,
           '', accepted_at, fetched_at, coalesce(confirmed_at, fetched_at, accepted_at),
           confirmed_at
    FROM deliveries_0 AS d JOIN messages_0 USING (seq);
