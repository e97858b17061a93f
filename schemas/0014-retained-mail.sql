-- What expunged messages and deleted mailboxes of an owner take, which no quota counts: it has a limit of its own.
ALTER TABLE mail_account ADD COLUMN retained_bytes BIGINT NOT NULL DEFAULT 0;
UPDATE mail_account SET retained_bytes =
    COALESCE((SELECT SUM(size) FROM mail_retained WHERE mail_retained.owner_id = mail_account.owner_id), 0)
    + COALESCE((SELECT SUM(byte_count) FROM mailbox WHERE mailbox.owner_id = mail_account.owner_id AND trashed IS NOT NULL), 0);

-- An owner's deleted mailboxes; and all that there is of a principal that goes.
CREATE INDEX mailbox_of_owner ON mailbox (owner_id, trashed);
CREATE INDEX mail_annotation_of_principal ON mail_annotation (principal_id);
CREATE INDEX mail_seen_of_viewer ON mail_seen (viewer_id);
