-- What messages are sorted and threaded by (RFC 5256), gathered by column for some thousand messages of a mailbox at a time, so that no SORT or
-- THREAD of a large mailbox reads a row for each message. A UID's message never changes, so nothing that is done to messages touches it; it can be
-- thrown away at any time, and is made anew. What came after the last segment is read from the messages.
CREATE TABLE mail_order (
    mailbox_id BIGINT NOT NULL,
    part BIGINT NOT NULL,                   -- which column (OrderPart.swift)
    last_uid BIGINT NOT NULL,
    first_uid BIGINT NOT NULL,              -- all messages that there were from here on to the last are in it
    version BIGINT NOT NULL,                -- of the program's idea of the columns
    message_count BIGINT NOT NULL,
    made BIGINT NOT NULL,                   -- when: what is old is made anew without what is gone
    data BLOB NOT NULL,
    PRIMARY KEY (mailbox_id, part, last_uid)
);

-- They are written otherwise from here on (StoredSnapshot.swift), and are made anew as mailboxes are selected.
DELETE FROM mail_snapshot;
