-- Which courses a course in the LMS was copied from: ids of the LMS, nearest first, as JSON. told_by: 'notice' or 'history'. decision: are
-- the settings of the old course's links continued? A notice decides by itself; a history waits for a teacher. A course may be told of
-- before anybody opens it.
CREATE TABLE course_copy (
    deployment_id TEXT NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    lms_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    origins TEXT NOT NULL,
    told_by TEXT NOT NULL,
    decision TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (deployment_id, lms_id)
) WITHOUT ROWID;

-- Notices that came: inserted by the request that acts on them, kept longer than their signature is good for.
CREATE TABLE notice (
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    notice_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (registration_id, notice_id)
) WITHOUT ROWID;
CREATE INDEX notice_expiry ON notice (expires_at);

-- Where we asked for notices, and which address of ours was taken there.
CREATE TABLE notice_handler (
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    service_url TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    handler TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    taken_at BIGINT,
    PRIMARY KEY (registration_id, service_url)
) WITHOUT ROWID;
