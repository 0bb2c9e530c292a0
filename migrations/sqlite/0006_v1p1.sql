-- LTI 1.1. Its platforms are registrations whose issuer is 'LTI 1.1' and whose client_id is the consumer key.

-- What a consumer key signs with, sealed by the master key.
CREATE TABLE v1p1_secret (
    registration_id TEXT PRIMARY KEY NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    sealed_secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX v1p1_secret_tenant ON v1p1_secret (tenant_id);

-- Nonces that were used: inserted by the launch that uses them, kept longer than their time stamp is good for.
CREATE TABLE v1p1_nonce (
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    nonce_hash TEXT NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (registration_id, nonce_hash)
) WITHOUT ROWID;
CREATE INDEX v1p1_nonce_expiry ON v1p1_nonce (expires_at);

-- Where one person's grade for one link goes by Basic Outcomes, and how the platform signs there.
CREATE TABLE outcome_place (
    resource_link_id TEXT NOT NULL REFERENCES resource_link (id) ON DELETE CASCADE,
    learner_id TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    service_url TEXT NOT NULL,
    sourced_id TEXT NOT NULL,
    method TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (resource_link_id, learner_id)
) WITHOUT ROWID;
CREATE INDEX outcome_place_learner ON outcome_place (learner_id);
