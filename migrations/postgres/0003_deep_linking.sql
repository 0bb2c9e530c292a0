-- A deep linking request while a teacher chooses: what the platform asked for stays here, where no form can change it.
-- Its key is its session's; it is answered once.
CREATE TABLE deep_linking_request (
    session_hash TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    deployment TEXT NOT NULL,
    request TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT
);
