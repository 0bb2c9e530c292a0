-- A one-time link by which an LMS registers itself; only its hash is kept. Success spends it; busy_until keeps two from using it at once.
CREATE TABLE registration_link (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    approved BOOLEAN NOT NULL,
    made_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    busy_until BIGINT,
    spent_at BIGINT,
    registration_id TEXT REFERENCES registration (id) ON DELETE SET NULL
);
CREATE INDEX registration_link_tenant ON registration_link (tenant_id, created_at);
CREATE INDEX registration_link_registration ON registration_link (registration_id);

-- What a platform said of itself when it registered. vouched: on whose word it was believed.
CREATE TABLE registration_origin (
    registration_id TEXT PRIMARY KEY NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    vouched TEXT NOT NULL,
    registration_url TEXT NOT NULL,
    client_uri TEXT,
    product TEXT NOT NULL,
    version TEXT,
    guid TEXT,
    account TEXT,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A platform that registered again and said something else: what would change, JSON. It waits for an administrator.
CREATE TABLE registration_change (
    registration_id TEXT PRIMARY KEY NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
