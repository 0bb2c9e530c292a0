-- When a key signs from: in the future for one that is published ahead of its time (status 'next').
ALTER TABLE tool_key ADD COLUMN signs_from BIGINT NOT NULL DEFAULT 0;
UPDATE tool_key SET signs_from = created_at;

-- Which platform has which of our keys: since when it gave tokens for requests signed with it or had fetched it, and when it last gave none.
CREATE TABLE key_proof (
    registration_id TEXT NOT NULL REFERENCES registration (id) ON DELETE CASCADE,
    kid TEXT NOT NULL REFERENCES tool_key (kid) ON DELETE CASCADE,
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    granted_at BIGINT,
    refused_at BIGINT,
    fetched_at BIGINT,
    PRIMARY KEY (registration_id, kid)
);
CREATE INDEX key_proof_kid ON key_proof (kid);
CREATE INDEX key_proof_tenant ON key_proof (tenant_id);
