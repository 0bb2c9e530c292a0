-- The first schema. Ids are UUID v7 as text, times epoch milliseconds, JSON text: the set both databases share.
-- migrations/sqlite and migrations/postgres say the same; a test compares them.

-- A separate world: one for the house, one for each trial.
CREATE TABLE tenant (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
INSERT INTO tenant (id, name, kind, created_at) VALUES ('default', 'This installation', 'standard', 0);

-- Facts about this database, such as whether the last server stopped in good order.
CREATE TABLE meta (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- A platform that knows us: (issuer, client_id). Hosted Canvas shares one issuer among all schools.
CREATE TABLE registration (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    family TEXT NOT NULL,
    auth_url TEXT NOT NULL,
    token_url TEXT NOT NULL,
    token_audience TEXT,
    jwks_url TEXT NOT NULL,
    status TEXT NOT NULL,
    deployment_policy TEXT NOT NULL,
    anonymous BOOLEAN NOT NULL,
    embedders TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (issuer, client_id)
);
CREATE INDEX registration_tenant ON registration (tenant_id);

CREATE TABLE deployment (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    lms_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (registration_id, lms_id)
);
CREATE INDEX deployment_tenant ON deployment (tenant_id);

-- Our signing keys; the private half is sealed with the master key.
CREATE TABLE tool_key (
    kid TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    sealed_private TEXT NOT NULL,
    public_jwk TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE INDEX tool_key_tenant ON tool_key (tenant_id, status);

-- State, nonce and registration are one row, consumed by one delete-returning statement. login_state, session and launch_log are
-- written at every launch: their keys rise with time and they have no other index, so that a group of launches touches few pages.
CREATE TABLE login_state (
    state_hash TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    nonce_hash TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    storage_target TEXT,
    target_link_uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A course in the LMS. A launch without one has the row whose lms_id is empty.
CREATE TABLE context (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    deployment_id TEXT NOT NULL REFERENCES deployment (id) ON DELETE CASCADE,
    lms_id TEXT NOT NULL,
    label TEXT NOT NULL,
    title TEXT NOT NULL,
    lineitems_url TEXT,
    memberships_url TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (deployment_id, lms_id)
);
CREATE INDEX context_registration ON context (registration_id);

-- What a teacher placed in a course. settings: the teacher's attempts, pass mark, grade policy, progress column.
CREATE TABLE resource_link (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    context_id TEXT NOT NULL REFERENCES context (id) ON DELETE CASCADE,
    lms_id TEXT NOT NULL,
    title TEXT NOT NULL,
    target TEXT NOT NULL,
    lineitem TEXT,
    ags_scopes TEXT NOT NULL,
    settings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (context_id, lms_id)
);

-- A person as one platform names them.
CREATE TABLE learner (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    sub TEXT NOT NULL,
    name TEXT,
    given_name TEXT,
    family_name TEXT,
    email TEXT,
    locale TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (registration_id, sub)
);

-- A person in a course. gradable: false for test students and masqueraded users.
CREATE TABLE enrolment (
    context_id TEXT NOT NULL REFERENCES context (id) ON DELETE CASCADE,
    learner_id TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    roles TEXT NOT NULL,
    gradable BOOLEAN NOT NULL,
    fingerprint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (context_id, learner_id)
);
CREATE INDEX enrolment_learner ON enrolment (learner_id);

-- Without foreign keys but its tenant's: each would cost every launch a look, and erasing a person an index here. Whoever erases
-- people erases their sessions.
CREATE TABLE session (
    id_hash TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL,
    context_id TEXT NOT NULL,
    resource_link_id TEXT NOT NULL,
    learner_id TEXT NOT NULL,
    role TEXT NOT NULL,
    gradable BOOLEAN NOT NULL,
    target TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A lesson opened or read, shared by all links of one course.
CREATE TABLE progress (
    learner_id TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
    context_id TEXT NOT NULL REFERENCES context (id) ON DELETE CASCADE,
    lesson_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    module_id TEXT NOT NULL,
    position TEXT,
    opened_at BIGINT NOT NULL,
    read_at BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (learner_id, context_id, lesson_id)
);
CREATE INDEX progress_context ON progress (context_id, module_id);

-- A quiz as it was when an attempt started.
CREATE TABLE quiz_version (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    quiz_id TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE attempt (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    learner_id TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
    resource_link_id TEXT NOT NULL REFERENCES resource_link (id) ON DELETE CASCADE,
    quiz_id TEXT NOT NULL,
    quiz_hash TEXT NOT NULL,
    number BIGINT NOT NULL,
    seed TEXT NOT NULL,
    graded BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    responses TEXT NOT NULL,
    result TEXT,
    score DOUBLE PRECISION,
    passed BOOLEAN,
    started_at BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    submitted_at BIGINT,
    FOREIGN KEY (tenant_id, quiz_hash) REFERENCES quiz_version (tenant_id, hash) ON DELETE CASCADE,
    UNIQUE (resource_link_id, learner_id, quiz_id, number)
);
-- One running attempt per learner, quiz and link; the database is the judge when two tabs start at once.
CREATE UNIQUE INDEX attempt_running ON attempt (resource_link_id, learner_id, quiz_id) WHERE state = 'running';
CREATE INDEX attempt_learner ON attempt (learner_id);

-- Scores on their way to the platform. slot: 'grade' or 'progress', one line item each.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    resource_link_id TEXT NOT NULL REFERENCES resource_link (id) ON DELETE CASCADE,
    learner_id TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
    slot TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    lease_until BIGINT,
    attempts BIGINT NOT NULL,
    code TEXT,
    detail TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- At most one waiting message per (line item, learner): the newest.
CREATE UNIQUE INDEX outbox_ready ON outbox (resource_link_id, learner_id, slot) WHERE state = 'ready';
CREATE INDEX outbox_due ON outbox (run_at) WHERE state = 'ready';
CREATE INDEX outbox_running ON outbox (resource_link_id, learner_id, slot) WHERE state = 'running';
CREATE INDEX outbox_key ON outbox (resource_link_id, learner_id, slot, id);
CREATE INDEX outbox_state ON outbox (state, updated_at);
CREATE INDEX outbox_learner ON outbox (learner_id);

CREATE TABLE delivery_try (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    outbox_id TEXT NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    code TEXT NOT NULL,
    http_status BIGINT,
    detail TEXT,
    score DOUBLE PRECISION,
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL
);
CREATE INDEX delivery_try_outbox ON delivery_try (outbox_id, number);

-- Per (line item, learner): what we last sent, what was last accepted, what the LMS last showed.
CREATE TABLE ledger (
    resource_link_id TEXT NOT NULL REFERENCES resource_link (id) ON DELETE CASCADE,
    learner_id TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
    slot TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    lineitem TEXT NOT NULL,
    sent_ts BIGINT NOT NULL,
    sent_score DOUBLE PRECISION,
    sent_submitted_at BIGINT,
    sent_submission TEXT,
    in_doubt BOOLEAN NOT NULL,
    accepted_score DOUBLE PRECISION,
    accepted_at BIGINT,
    seen_score DOUBLE PRECISION,
    seen_at BIGINT,
    PRIMARY KEY (resource_link_id, learner_id, slot)
);
CREATE INDEX ledger_learner ON ledger (learner_id);

CREATE TABLE admin_account (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    UNIQUE (tenant_id, name)
);

CREATE TABLE admin_session (
    id_hash TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES admin_account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX admin_session_expiry ON admin_session (expires_at);

-- A one-time sign-in; only its hash is kept.
CREATE TABLE admin_link (
    token_hash TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Launches for the administrator's eye; no names, no tokens.
CREATE TABLE launch_log (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    reference TEXT NOT NULL,
    stage TEXT NOT NULL,
    ok BOOLEAN NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    checks TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
