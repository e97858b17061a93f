-- RFC 3501 §2.3.2: \Recent. Of messages from this UID on no session was told yet. What is there already is recent for nobody.
ALTER TABLE mailbox ADD COLUMN recent_uid BIGINT NOT NULL DEFAULT 1;
UPDATE mailbox SET recent_uid = uid_next;

-- Capabilities of IMAP that are switched off for the owner's clients: their names, with spaces between them. NULL: none.
ALTER TABLE mail_account ADD COLUMN capabilities_off TEXT;

-- What is listed of a message, as it is sent, so that no listing reads its structure (WrittenListing.swift). A content without a row is read
-- from its structure.
CREATE TABLE mail_listing (
    content_id BIGINT NOT NULL PRIMARY KEY,
    written BLOB NOT NULL
) WITHOUT ROWID;

-- A large mailbox as it was at one modseq, so that the first session after a start need not read all messages (StoredSnapshot.swift). It can
-- be thrown away at any time.
CREATE TABLE mail_snapshot (
    mailbox_id BIGINT NOT NULL PRIMARY KEY,
    modseq BIGINT NOT NULL,
    data BLOB NOT NULL
);
