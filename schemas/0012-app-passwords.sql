-- Passwords for single programs and devices, beside a principal's own. They are made up by this server and have 115 random
-- bits, so a fast hash keeps them: to guess one is hopeless at any speed.
CREATE TABLE app_password (
    principal_id BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- what the owner calls it; unique among theirs
    scopes BIGINT NOT NULL,                 -- a set of bits: 1 DAV, 2 IMAP, 4 SMTP
    salt BLOB NOT NULL,                     -- 16 random bytes
    code BLOB NOT NULL,                     -- HMAC-SHA-256 of the secret, with the salt as key
    created BIGINT NOT NULL,                -- milliseconds since 1970
    last_used BIGINT,                       -- written once an hour at most; NULL: never
    PRIMARY KEY (principal_id, name)
) WITHOUT ROWID;
