-- Whose mark the grade book shows, as of seen_at; and what a person decided about which mark, who and when.
ALTER TABLE ledger ADD COLUMN edited BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE ledger ADD COLUMN decision TEXT;
ALTER TABLE ledger ADD COLUMN decided_mark DOUBLE PRECISION;
ALTER TABLE ledger ADD COLUMN decided_by TEXT;
ALTER TABLE ledger ADD COLUMN decided_at BIGINT;

-- Held by whoever makes a link's line item: platforms take the same one twice without a word, from two servers too.
CREATE TABLE line_item_claim (
    resource_link_id TEXT PRIMARY KEY NOT NULL REFERENCES resource_link (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    held_until BIGINT NOT NULL
) WITHOUT ROWID;
