-- What SCRAM-SHA-256 (RFC 5802, RFC 7677) needs of a password, beside its hash: as RFC 5803 has it, made by a server whose settings let it
-- offer that. It goes with the password.
ALTER TABLE principal ADD COLUMN scram TEXT;

-- The same of an app password, one for each form in which it is typed, blank-separated.
ALTER TABLE app_password ADD COLUMN scram TEXT;

-- Who could not sign in by SCRAM: it is offered by itself once there is nobody.
CREATE INDEX principal_without_scram ON principal (id) WHERE scram IS NULL AND password IS NOT NULL;
CREATE INDEX app_password_without_scram ON app_password (principal_id) WHERE scram IS NULL;

-- Random bytes that all nodes must have alike, and that nobody else may know.
CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,         -- what it is for
    value BLOB NOT NULL
);
