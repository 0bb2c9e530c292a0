-- What administrators did. by_name: the sign-in name of whoever did it, or 'command line'; nobody else is named. Ids rise with time.
CREATE TABLE audit (
    id TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    by_name TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX audit_tenant ON audit (tenant_id, id);
