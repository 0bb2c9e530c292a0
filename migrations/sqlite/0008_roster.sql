-- The platform's own list of a course's members (NRPS), beside what launches tell. roster: 'unknown' until a list was read, then 'active',
-- 'inactive', or 'gone' for who is not on it. seen_at is 0 for who is on the list and never launched.
ALTER TABLE enrolment ADD COLUMN roster TEXT NOT NULL DEFAULT 'unknown';

-- When the list was last asked for, and last read.
ALTER TABLE context ADD COLUMN roster_asked_at BIGINT;
ALTER TABLE context ADD COLUMN roster_read_at BIGINT;
