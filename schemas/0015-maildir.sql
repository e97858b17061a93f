-- Mail in Maildir: octets are in files, which other programs read and change too. The index is the same for both storages.

-- 'database' or 'maildir': where new mailboxes of the owner are; NULL: none was made since there are two.
ALTER TABLE mail_account ADD COLUMN storage TEXT;

-- The directory of its cur, new and tmp, below that of all; NULL: its messages are in the database. Kept by a rename.
ALTER TABLE mailbox ADD COLUMN maildir TEXT;
CREATE INDEX mailbox_in_maildir ON mailbox (owner_id) WHERE maildir IS NOT NULL;

-- 1: the octets are in files only (mail_file); 0: in mail_body, whoever has files of them too.
ALTER TABLE mail_content ADD COLUMN in_files BIGINT NOT NULL DEFAULT 0;

-- The file of each message, and of each retained one, of a mailbox that has a directory. Its row is committed while the file is in tmp, and
-- what is done to names comes after the commit: what a crash leaves undone is seen by the difference.
CREATE TABLE mail_file (
    mailbox_id BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    content_id BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- without what comes after the colon
    place BIGINT NOT NULL,                  -- as it was seen last, or is to be: 1 new, 2 cur
    suffix TEXT NOT NULL,                   -- as it was seen last: the colon and what follows
    size BIGINT NOT NULL,                   -- of the file: not the message's where its lines end without CR
    doomed BIGINT NOT NULL DEFAULT 0,       -- 1: the message is gone, the file is to be removed
    PRIMARY KEY (mailbox_id, uid)
) WITHOUT ROWID;
CREATE UNIQUE INDEX mail_file_name ON mail_file (mailbox_id, name);
CREATE INDEX mail_file_of_content ON mail_file (content_id);
CREATE INDEX mail_file_doomed ON mail_file (mailbox_id) WHERE doomed = 1;

-- Directories of mailboxes that are gone for good.
CREATE TABLE mail_directory_gone (
    path TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;
