-- The keys by which URLs of messages are authorized (RFC 4467): one for each mailbox that somebody has authorized a URL of. Without its key a URL
-- is worth nothing any more.
CREATE TABLE mail_url_key (
    principal_id BIGINT NOT NULL,           -- who authorized
    mailbox_id BIGINT NOT NULL,
    value BLOB NOT NULL,                    -- 32 random bytes
    PRIMARY KEY (principal_id, mailbox_id)
) WITHOUT ROWID;
CREATE INDEX mail_url_key_of_mailbox ON mail_url_key (mailbox_id);
